// Makes a directory a sysroot that boots a commit: layout, stateroot, objects, first deployment, boot loader entry.

import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Checksum, type DeploymentId, stateroot as parseStateroot, type Stateroot } from '../model/deployment.js';
import { AptOstreeError } from '../model/errors.js';
import { Repo } from '../native/repo.js';
import { Sysroot } from '../native/sysroot.js';

/** `syslinux` is also what the GRUB of a disk file reads. */
export type Bootloader = 'none' | 'grub2' | 'syslinux' | 'auto';

export interface SysrootOptions {
  readonly path: string;
  readonly repo: string;
  readonly ref: string;
  readonly stateroot: string;
  readonly kargs: readonly string[];
  readonly bootloader: Bootloader;
}

export interface ComposedSysroot {
  readonly commit: Checksum;
  /** Null when the ref's commit was deployed already. */
  readonly deployment: DeploymentId | null;
}

/** A second run with the same ref and commit changes nothing. @throws invalid-sysroot, sysroot-locked, no-such-revision, ostree-failed */
export function composeSysroot(options: SysrootOptions): ComposedSysroot {
  const path = resolve(options.path);
  const name = parseStateroot(options.stateroot);
  using source = Repo.open(options.repo);
  const commit = source.resolve(options.ref);
  if (commit === null)
    throw new AptOstreeError('no-such-revision', `cannot find the ref ${options.ref} in ${options.repo}`);
  initialize(path);
  if (options.bootloader === 'syslinux') beginSyslinux(path);
  using sysroot = Sysroot.open(path);
  if (!sysroot.tryLock())
    throw new AptOstreeError('sysroot-locked', `cannot change ${path}: another program holds its lock`);
  if (sysroot.deployments().length > 0) return { commit, deployment: existing(sysroot, name, commit) };
  prepare(sysroot, name, options);
  const kargs = options.kargs;
  const origin = `[origin]\nrefspec=${options.ref}\n`;
  const deployment = sysroot.deploy({ stateroot: name, checksum: commit, origin, merge: null, kargs });
  return { commit, deployment };
}

/** An empty directory, or a sysroot that was begun: anything else is somebody's files. */
function initialize(path: string): void {
  mkdirSync(path, { recursive: true });
  const known = ['ostree', 'boot', 'dev', 'home', 'proc', 'root', 'run', 'sys', 'tmp', 'lost+found', 'efi'];
  const stranger = readdirSync(path).find((name) => !known.includes(name));
  if (stranger !== undefined && !existsSync(join(path, 'ostree/repo')))
    throw new AptOstreeError('invalid-sysroot', `cannot make ${path} a sysroot: it holds ${stranger}`);
  Sysroot.initialize(path);
}

/** The file libostree then keeps, swapped with each change of the deployments; without it, it would look for no syslinux. */
function beginSyslinux(path: string): void {
  const boot = join(path, 'boot');
  if (existsSync(join(boot, 'loader'))) return;
  for (const name of ['loader.0', 'syslinux']) mkdirSync(join(boot, name), { recursive: true });
  writeFileSync(join(boot, 'loader.0/syslinux.cfg'), SYSLINUX_HEADER);
  symlinkSync('../loader/syslinux.cfg', join(boot, 'syslinux/syslinux.cfg'));
  symlinkSync('loader.0', join(boot, 'loader'));
}

/** A second to choose an older deployment. */
const SYSLINUX_HEADER = 'PROMPT 0\nTIMEOUT 10\nSERIAL 0 115200\n';

function existing(sysroot: Sysroot, name: Stateroot, commit: Checksum): null {
  const same = sysroot.deployments().some((each) => each.stateroot === name && each.checksum === commit);
  if (same) return null;
  const [first] = sysroot.deployments();
  throw new AptOstreeError(
    'invalid-sysroot',
    `cannot deploy to ${sysroot.path}: it has the deployment ${first?.id} already`,
  );
}

function prepare(sysroot: Sysroot, name: Stateroot, { repo, ref, bootloader }: SysrootOptions): void {
  if (!sysroot.stateroots().includes(name)) sysroot.initStateroot(name);
  const target = sysroot.repo();
  // as Debian's initramfs mounts it: /sysroot is read-only to all but those who remount it for themselves
  target.setOption('sysroot', 'readonly', 'true');
  target.setOption('sysroot', 'bootloader', bootloader);
  target.pullLocal({ from: resolve(repo), refs: [ref] });
}
