// Runs another program in place of this one: same terminal, same signals, same exit status.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { AptOstreeError } from '../model/errors.js';

/** The exit status; 128 and the signal's number for a program ended by a signal, as a shell says it. @throws command-failed */
export async function runProgram(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, [...args], { stdio: 'inherit' });
  // the terminal sends Ctrl-C to both: how it ends is the program's decision; a SIGTERM reaches only us
  const ignore = () => {};
  const forward = () => child.kill('SIGTERM');
  process.on('SIGINT', ignore);
  process.on('SIGTERM', forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', (error) => {
        const why = 'code' in error && error.code === 'ENOENT' ? 'it is not installed' : error.message;
        reject(new AptOstreeError('command-failed', `cannot run ${program}: ${why}`, { cause: error }));
      });
      child.on('exit', (status, signal) => resolve(status ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
  } finally {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', forward);
  }
}
