// A sysroot with the base deployed, its package indexes fresh and the archives of what will be installed at hand.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { composeSysroot } from '../src/compose/compose-sysroot.js';
import { baseRepo } from '../tests/machine/base.js';
import { Template } from './filesystem.js';
import { program } from './programs.js';

export const STATEROOT = 'debian';
/** Small, and without maintainer scripts of note: what is measured is us and not the package. */
export const SMALL_PACKAGE = 'htop';
/** Large, with scripts that make databases, keys and users. */
export const LARGE_PACKAGE = 'postgresql';

let template: Promise<Template> | null = null;

/** Where the sysroot lies on a copy of the template. */
export function sysrootOn({ path }: { readonly path: string }): string {
  return join(path, 'sysroot');
}

/** Needs the network, once a run. */
export function preparedSysroot(): Promise<Template> {
  template ??= Template.make(prepare);
  return template;
}

async function prepare(path: string): Promise<void> {
  const { path: repo, ref } = await baseRepo();
  const sysroot = sysrootOn({ path });
  const kargs = ['root=LABEL=root', 'rw'];
  composeSysroot({ path: sysroot, repo, ref, stateroot: STATEROOT, kargs, bootloader: 'none' });
  const cli = (...args: readonly string[]) =>
    execFileSync(program('apt-ostree'), ['--peer', '--sysroot', sysroot, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  cli('refresh-md');
  for (const name of [SMALL_PACKAGE, LARGE_PACKAGE]) cli('install', '--download-only', name);
}
