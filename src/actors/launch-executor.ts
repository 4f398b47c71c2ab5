// Starts the executor's program.

import { type ChildProcess, spawn } from 'node:child_process';

/** setpriv makes the kernel kill it when the daemon dies; unshare gives it mounts of its own that vanish with it. */
export function launchExecutor(program: string): ChildProcess {
  const command = ['--mount', '--propagation', 'slave', '--', process.execPath, program];
  return spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'unshare', ...command], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}
