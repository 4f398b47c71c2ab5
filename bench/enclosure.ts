// A run in mount and process namespaces of its own: however it ends, its mounts and its processes end with it.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the enclosed process finds its directory. */
const DIRECTORY = 'APT_OSTREE_BENCH_DIRECTORY';

/** Directory for everything of this run, or null outside the enclosure. */
export function enclosedDirectory(): string | null {
  return process.env[DIRECTORY] ?? null;
}

/** Runs this same program again, enclosed; its exit status. */
export async function runEnclosed(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'apt-ostree-bench-'));
  const options = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('unshare', [...options, '--', ...command], {
    env: { ...process.env, [DIRECTORY]: directory, TMPDIR: directory },
    stdio: 'inherit',
  });
  // the enclosed process is the first of its namespace, which ordinary signals do not end
  const end = () => child.kill('SIGKILL');
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  // from here none of its mounts is seen; a run that was ended leaves deployments, whose directories are immutable
  spawnSync('chattr', ['-R', '-f', '-i', directory]);
  rmSync(directory, { recursive: true, force: true });
  return status ?? 128 + constants.signals[signal ?? 'SIGKILL'];
}
