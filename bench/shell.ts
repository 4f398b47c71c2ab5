// Runs a program to its end, as a script would.

import { spawnSync } from 'node:child_process';

/** Offline and without questions; a status other than 0 is an error that shows what was printed. */
export function shell(command: string, ...args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', SYSTEMD_OFFLINE: '1' };
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const { status, stderr, stdout } = spawnSync(command, args, { env, encoding: 'utf8', stdio: [...stdio] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}:\n${stdout}${stderr}`);
}
