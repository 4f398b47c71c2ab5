// Parses a command line with clipanion, and gives the commands' usage.

import { Cli, type Command, type CommandClass, type Definition } from 'clipanion';
import { AptOstreeError } from '../model/errors.js';
import { COMMANDS } from './command-table.js';
import type { CliContext } from './context.js';
import { usageError } from './usage-error.js';

export interface Parsing {
  readonly context: CliContext;
  /** The words that named the command. */
  readonly words: readonly string[];
}

/**
 * The command with its options set. To be executed by the caller: clipanion's own run() writes errors to stdout and
 * exits 1 for all of them.
 * @throws invalid-argument
 */
export function parseCommand(command: CommandClass<CliContext>, { context, words }: Parsing): Command<CliContext> {
  try {
    return cliOf([command]).process([...context.argv], context);
  } catch (error) {
    if (error instanceof AptOstreeError) throw error;
    throw usageError(words, error);
  }
}

/** All commands: for the overview, manual pages and completion. */
export async function allCommands(): Promise<Cli<CliContext>> {
  return cliOf(await Promise.all(Object.values(COMMANDS).map((load) => load())));
}

export function definitionOf(command: CommandClass<CliContext>): Definition {
  const definition = cliOf([command]).definitions()[0];
  if (definition === undefined) throw new AptOstreeError('internal', `internal error: ${command.name} has no usage`);
  return definition;
}

function cliOf(commands: CommandClass<CliContext>[]): Cli<CliContext> {
  return Cli.from<CliContext>(commands, { binaryName: 'apt-ostree', enableColors: false });
}
