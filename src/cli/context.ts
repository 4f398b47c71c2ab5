// What a command works with besides its arguments; a test hands in its own.

import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BaseContext } from 'clipanion';
import type { Client, ConnectOptions } from '../client/client.js';
import { type Interrupts, processInterrupts } from './interrupts.js';
import { type Terminal, terminalOf } from './terminal.js';

export interface CliContext extends BaseContext {
  readonly terminal: Terminal;
  readonly errors: Terminal;
  readonly interrupts: Interrupts;
  /** Aborted when nobody reads the output any more. */
  readonly outputClosed: AbortSignal;
  readonly now: () => number;
  readonly argv: readonly string[];
  /** Directory of the programs that belong to this one. */
  readonly programs: string;
  readonly connect: (options: ConnectOptions) => Promise<Client>;
}

export function processContext(argv: readonly string[], outputClosed: AbortSignal): CliContext {
  const { env, stdin, stdout, stderr } = process;
  return {
    env,
    stdin,
    stdout,
    stderr,
    colorDepth: 1,
    terminal: terminalOf(stdout, env),
    errors: terminalOf(stderr, env),
    interrupts: processInterrupts,
    outputClosed,
    now: Date.now,
    argv,
    programs: dirname(realpathSync(process.argv[1] ?? '.')),
    // loaded when a command needs the daemon: --help and --version do not
    connect: async (options) => (await import('../client/client.js')).connect(options),
  };
}

export function siblingProgram(context: CliContext, name: string): string {
  return join(context.programs, name);
}
