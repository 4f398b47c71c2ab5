// A sysroot and a tree that are as small as libostree lets them be.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Checksum, stateroot } from '../../src/model/deployment.js';
import { Sysroot } from '../../src/native/sysroot.js';

export const DEBIAN = stateroot('debian');
export const ORIGIN = '[origin]\nrefspec=base\n';

/** A directory that is gone after the test. */
export function temporaryDirectory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'apt-ostree-native-'));
  afterTest(t, () => removeTree(path));
  return path;
}

/** What was made last is undone first. */
export function afterTest(t: TestContext, undo: () => void): void {
  const undoing = undoings.get(t) ?? [];
  const undoAll = () => {
    for (const each of undoing.toReversed()) each();
  };
  if (undoing.length === 0) t.after(undoAll);
  undoing.push(undo);
  undoings.set(t, undoing);
}

const undoings = new WeakMap<TestContext, (() => void)[]>();

/** Deployments carry the immutable flag; a failed test may have left mounts. */
function removeTree(path: string): void {
  for (const mount of mountsBelow(path).toReversed()) execFileSync('umount', [mount]);
  for (const root of deploymentRoots(path)) execFileSync('chattr', ['-i', root]);
  rmSync(path, { recursive: true, force: true });
}

function mountsBelow(path: string): readonly string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.map((line) => line.split(' ')[1] ?? '').filter((mount) => mount.startsWith(`${path}/`));
}

function deploymentRoots(path: string): readonly string[] {
  const below = (parent: string) =>
    existsSync(parent) ? readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];
  return below(path).flatMap(({ name: sysroot }) => {
    const deploy = join(path, sysroot, 'ostree/deploy');
    return below(deploy).flatMap(({ name }) =>
      below(join(deploy, name, 'deploy')).map((entry) => join(deploy, name, 'deploy', entry.name)),
    );
  });
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** What libostree asks of a tree it deploys, and mount points for one that is entered. */
export function makeTinyTree(root: string, files: Readonly<Record<string, string>> = {}): void {
  writeFiles(root, {
    'usr/lib/modules/6.1.0-test/vmlinuz': 'kernel',
    'usr/lib/modules/6.1.0-test/initramfs.img': 'initramfs',
    'usr/lib/os-release': 'ID=tiny\nPRETTY_NAME="Tiny"\n',
    'usr/etc/hostname': 'tiny\n',
    'usr/bin/hello': '#!/bin/sh\necho hello\n',
    ...files,
  });
  for (const name of ['boot', 'dev', 'proc', 'run', 'sys', 'sysroot', 'tmp', 'var']) mkdirSync(join(root, name));
  symlinkSync('sysroot/ostree', join(root, 'ostree'));
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) symlinkSync(`usr/${name}`, join(root, name));
}

export interface TinySysroot {
  readonly directory: string;
  readonly sysroot: Sysroot;
  /** Commits the tiny tree with one file in it that differs. */
  commit(release: string): Checksum;
}

/** An open sysroot with the stateroot `debian` and no deployment. */
export function tinySysroot(t: TestContext): TinySysroot {
  const directory = temporaryDirectory(t);
  Sysroot.initialize(join(directory, 'sysroot'));
  const sysroot = Sysroot.open(join(directory, 'sysroot'));
  afterTest(t, () => sysroot[Symbol.dispose]());
  sysroot.repo().setOption('sysroot', 'bootloader', 'none');
  sysroot.initStateroot(DEBIAN);
  return {
    directory,
    sysroot,
    commit: (release) => commitTinyTree(sysroot, join(directory, `tree-${release}`), release),
  };
}

export function commitTinyTree(sysroot: Sysroot, directory: string, release: string): Checksum {
  makeTinyTree(directory, { 'usr/share/release': release });
  return sysroot.repo().commitTree({
    directory,
    ref: 'base',
    parent: null,
    subject: `release ${release}`,
    metadata: { version: release, 'ostree.bootable': true },
    timestampSeconds: 1_700_000_000,
  }).checksum;
}

/** The real program, as an independent witness. */
export function ostree(...given: readonly string[]): string {
  return execFileSync('ostree', given, { encoding: 'utf8' });
}
