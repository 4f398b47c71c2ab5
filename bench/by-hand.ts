// What an administrator would type instead of `apt-ostree install`: check out, chroot, apt-get, commit everything, deploy.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { STATEROOT } from './layered-sysroot.js';

export interface Hand {
  readonly sysroot: string;
  /** Directory on the sysroot's filesystem that trees are checked out to. */
  readonly directory: string;
}

export const HAND_REF = 'by-hand';

/** Brings archives to where apt-get in a chroot looks for them, and warms its cache. Not a part of what is measured. */
export function prepareByHand(
  hand: Hand,
  { base, packages }: { readonly base: string; readonly packages: readonly string[] },
): void {
  mkdirSync(join(aptCache(hand), 'archives/partial'), { recursive: true });
  const tree = checkOut(hand, { base, name: 'prepared' });
  inChroot(hand, tree, (run) => run('apt-get', 'install', '--download-only', '--yes', ...packages));
}

/** Milliseconds from nothing to a deployment. */
export function installByHand(hand: Hand, { base, name }: { readonly base: string; readonly name: string }): number {
  const startedAtMs = performance.now();
  const tree = checkOut(hand, { base, name });
  inChroot(hand, tree, (run) => run('apt-get', 'install', '--yes', name));
  renameSync(join(tree, 'etc'), join(tree, 'usr/etc'));
  shell('ostree', 'commit', `--repo=${repo(hand)}`, `--branch=${HAND_REF}`, `--tree=dir=${tree}`);
  shell('ostree', 'admin', 'deploy', `--sysroot=${hand.sysroot}`, `--os=${STATEROOT}`, HAND_REF);
  return performance.now() - startedAtMs;
}

function checkOut(hand: Hand, { base, name }: { readonly base: string; readonly name: string }): string {
  mkdirSync(hand.directory, { recursive: true });
  const tree = join(hand.directory, name);
  shell('ostree', 'checkout', `--repo=${repo(hand)}`, '--require-hardlinks', base, tree);
  renameSync(join(tree, 'usr/etc'), join(tree, 'etc'));
  return tree;
}

type Run = (...command: readonly string[]) => void;

/** /var is a scratch: a base commit has none, and what is in it must not be committed. */
function inChroot(hand: Hand, tree: string, body: (run: Run) => void): void {
  const at = (path: string) => join(tree, path);
  shell('mount', '-t', 'tmpfs', 'tmpfs', at('var'));
  shell('mount', '-t', 'proc', 'proc', at('proc'));
  shell('mount', '--rbind', '/dev', at('dev'));
  shell('mount', '-t', 'tmpfs', 'tmpfs', at('run'));
  const run: Run = (...command) => shell('chroot', tree, ...command);
  try {
    // 73: lines for users of a running machine
    spawnSync('chroot', [tree, 'systemd-tmpfiles', '--create', '--prefix=/var'], { stdio: 'ignore' });
    for (const [path, source] of [
      ['var/lib/apt/lists', aptLists(hand)],
      ['var/cache/apt', aptCache(hand)],
    ] as const) {
      mkdirSync(at(path), { recursive: true });
      shell('mount', '--bind', source, at(path));
    }
    const resolver = at('etc/resolv.conf');
    if (!existsSync(resolver)) copyFileSync('/etc/resolv.conf', resolver);
    body(run);
  } finally {
    for (const path of ['run', 'dev', 'proc', 'var']) shell('umount', '--recursive', at(path));
  }
}

function repo({ sysroot }: Hand): string {
  return join(sysroot, 'ostree/repo');
}

function aptLists({ sysroot }: Hand): string {
  return join(sysroot, 'ostree/deploy', STATEROOT, 'var/lib/apt/lists');
}

function aptCache({ directory }: Hand): string {
  return join(directory, 'apt-cache');
}

export function shell(command: string, ...args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', SYSTEMD_OFFLINE: '1' };
  const { status, stderr, stdout } = spawnSync(command, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}:\n${stdout}${stderr}`);
}
