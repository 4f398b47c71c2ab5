// The executor's children, as they are started: each start is a boundary, and the last one alive can be killed.

import childProcess, { type ChildProcess, type SpawnOptions } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

type Spawn = (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

export class RunningChildren {
  readonly #running: ChildProcess[] = [];

  /** From now on, every child that this process starts is known. */
  constructor(onStart: (program: string) => void) {
    const spawn: Spawn = childProcess.spawn;
    const watched: Spawn = (command, args, options) => {
      const child = spawn(command, args, options);
      this.#running.push(child);
      child.once('exit', () => this.#running.splice(this.#running.indexOf(child), 1));
      onStart(programOf(command, args));
      return child;
    };
    Object.assign(childProcess, { spawn: watched });
    syncBuiltinESMExports();
  }

  any(): boolean {
    return this.#running.length > 0;
  }

  /** With its whole group. */
  killLast(): void {
    const pid = this.#running.at(-1)?.pid;
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  }
}

/** The program that a sandbox or a shell is started for says more than these. */
function programOf(command: string, args: readonly string[]): string {
  if (command !== 'bwrap') return basename(command);
  const inside = args.slice(args.indexOf('--') + 1);
  const program = inside[0]?.endsWith('/sh')
    ? inside.find((each, index) => index > 2 && each.startsWith('/'))
    : inside[0];
  return `bwrap:${basename(program ?? '')}`;
}
