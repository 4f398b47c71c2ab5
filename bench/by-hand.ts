// What an administrator would type instead of `apt-ostree install`: check out, chroot, apt-get, commit everything, deploy.

import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Run, withChroot } from './chroot.js';
import { STATEROOT } from './layered-sysroot.js';
import { shell } from './shell.js';

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

/** A base commit has nothing in /var, and what apt-get leaves there must not be committed. */
function inChroot(hand: Hand, tree: string, body: (run: Run) => void): void {
  const binds = { 'var/lib/apt/lists': aptLists(hand), 'var/cache/apt': aptCache(hand) };
  const resolver = join(tree, 'etc/resolv.conf');
  if (!existsSync(resolver)) copyFileSync('/etc/resolv.conf', resolver);
  withChroot({ tree, binds, inMemory: ['run', 'var'] }, body);
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
