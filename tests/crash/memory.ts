// A filesystem in memory for sysroots of tests that kill processes: nothing of it has to outlive the machine.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MemoryDisk extends Disposable {
  readonly path: string;
}

/** All temporary files of this process go there, too. Its size is what the disk preflight sees, not what it takes. */
export function mountMemoryDisk(): MemoryDisk {
  const before = process.env['TMPDIR'];
  const path = mkdtempSync(join(tmpdir(), 'crash-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1T,nr_inodes=0,mode=0700', 'crash-tests', path]);
  process.env['TMPDIR'] = path;
  let mounted = true;
  const unmount = () => {
    if (mounted) execFileSync('umount', ['--lazy', path]);
    if (mounted) rmdirSync(path);
    mounted = false;
  };
  // also when the tests are interrupted, or run into the runner's time limit
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  process.once('exit', unmount);
  return {
    path,
    [Symbol.dispose]: () => {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      unmount();
    },
  };
}
