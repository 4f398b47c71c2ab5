// A tree entered the plain way: chroot, with the mounts that package scripts expect.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { shell } from './shell.js';

export type Run = (...command: readonly string[]) => void;

export interface ChrootOptions {
  readonly tree: string;
  /** Directories of ours by their place in the tree. */
  readonly binds: Readonly<Record<string, string>>;
  /** Directories of the tree whose content is not kept. */
  readonly inMemory: readonly string[];
}

export function withChroot({ tree, binds, inMemory }: ChrootOptions, body: (run: Run) => void): void {
  const at = (path: string) => join(tree, path);
  for (const path of inMemory) shell('mount', '-t', 'tmpfs', 'tmpfs', at(path));
  shell('mount', '-t', 'proc', 'proc', at('proc'));
  shell('mount', '--rbind', '/dev', at('dev'));
  try {
    // it complains of lines for users of a running machine, which nobody needs here
    spawnSync('chroot', [tree, 'systemd-tmpfiles', '--create', '--prefix=/var'], { stdio: 'ignore' });
    for (const [path, source] of Object.entries(binds)) {
      mkdirSync(at(path), { recursive: true });
      shell('mount', '--bind', source, at(path));
    }
    body((...command) => shell('chroot', tree, ...command));
  } finally {
    for (const path of Object.keys(binds).reverse()) spawnSync('umount', [at(path)]);
    for (const path of ['dev', 'proc', ...inMemory]) shell('umount', '--recursive', at(path));
  }
}
