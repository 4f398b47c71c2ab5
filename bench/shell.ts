// Runs a program to its end, as a script would.

import { spawnSync } from 'node:child_process';
import { CLEAN_ENVIRONMENT } from '../src/system/process.js';

/** Offline and without questions; a status other than 0 is an error that shows what was printed. */
export function shell(command: string, ...args: readonly string[]): void {
  const env = { ...CLEAN_ENVIRONMENT, DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1' };
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const { status, stderr, stdout } = spawnSync(command, args, { env, encoding: 'utf8', stdio: [...stdio] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}:\n${stdout}${stderr}`);
}
