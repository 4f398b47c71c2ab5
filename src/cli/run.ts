// One run of the program: find the command, parse, execute, turn any error into a line and an exit status.

import { type AptOstreeError, ERRORS, failureOf } from '../model/errors.js';
import { readInvocation } from './arguments.js';
import { findCommand, subcommandsOf } from './command-table.js';
import type { CliContext } from './context.js';
import { LeftByUser, STATUS_LEFT } from './left.js';
import { printableLine } from './render/printable.js';
import { hinted } from './usage-error.js';
import { versionText } from './version.js';

/** The exit status. Never throws. */
export async function run(context: CliContext): Promise<number> {
  try {
    return await dispatch(context);
  } catch (error) {
    if (error instanceof LeftByUser) return STATUS_LEFT;
    const { code, message } = failureOf(error);
    context.errors.write(`${context.errors.style.red('error:')} ${printableLine(message)}\n`);
    return ERRORS[code].exit;
  }
}

async function dispatch(context: CliContext): Promise<number> {
  const { words, help, version } = readInvocation(context.argv);
  if (version) return print(context, versionText());
  const found = findCommand(words);
  // the parser is the largest part of the program: it is loaded only from here on
  if (found === null) {
    if (!help || !hasOverview(words)) throw unknownCommand(words);
    return print(context, await (await import('./help-text.js')).overviewText());
  }
  const command = await found.load();
  if (help) return print(context, (await import('./help-text.js')).commandHelpText(command));
  const { parseCommand } = await import('./parser.js');
  return (await parseCommand(command, { context, words: found.words }).validateAndExecute()) ?? 0;
}

/** Without a command, or with the first word of several. */
function hasOverview([first]: readonly string[]): boolean {
  return first === undefined || subcommandsOf(first).length > 0;
}

function unknownCommand(words: readonly string[]): AptOstreeError {
  const [first, second] = words;
  if (first === undefined) return hinted('cannot run: no command given');
  const subcommands = subcommandsOf(first);
  if (subcommands.length === 0) return hinted(`cannot run '${first}': unknown command`);
  const said = second === undefined ? 'no subcommand given' : `unknown subcommand '${second}'`;
  return hinted(`cannot run ${first}: ${said}, there are ${subcommands.join(', ')}`);
}

function print(context: CliContext, text: string): number {
  context.terminal.write(text);
  return 0;
}
