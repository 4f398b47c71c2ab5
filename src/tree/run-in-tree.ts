// Runs one program of a tree inside that tree: no network, no host paths, own process tree.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckedOptions, type ProcessResult, runChecked } from '../system/process.js';

export interface RunInTree extends CheckedOptions {
  /** Directory that is `/` for the program. */
  readonly root: string;
  /** Whether the program may change the tree. */
  readonly writable: boolean;
}

/** @throws command-failed (or `code`) */
export function runInTree({ root, writable, ...options }: RunInTree): Promise<ProcessResult> {
  const args = [
    ...[writable ? '--bind' : '--ro-bind', root, '/'],
    // without a merged /etc yet, the tree's own stands in where it can be mounted
    ...(existsSync(join(root, 'etc')) && existsSync(join(root, 'usr/etc'))
      ? ['--ro-bind', join(root, 'usr/etc'), '/etc']
      : []),
    ...['--dev', '/dev', '--proc', '/proc', '--tmpfs', '/run', '--tmpfs', '/tmp'],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--die-with-parent', '--new-session'],
    // the package tools of a tree need what root has: owners, modes, device nodes of an initramfs
    ...['--cap-add', 'ALL', '--chdir', '/', '--', options.command, ...options.args],
  ];
  return runChecked({ task: `run ${options.command} in the tree`, ...options, command: 'bwrap', args });
}
