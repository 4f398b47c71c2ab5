// One run of the program: find the command, parse, execute, turn any error into a line and an exit status.

import { Cli, type CommandClass } from 'clipanion';
import { AptOstreeError, ERRORS, failureOf } from '../model/errors.js';
import { readInvocation } from './arguments.js';
import { COMMANDS, type FoundCommand, findCommand, subcommandsOf } from './command-table.js';
import type { CliContext } from './context.js';
import { printable } from './render/printable.js';
import { hinted, usageError } from './usage-error.js';
import { versionText } from './version.js';

/** The exit status. Never throws. */
export async function run(context: CliContext): Promise<number> {
  try {
    return await dispatch(context);
  } catch (error) {
    const { code, message } = failureOf(error);
    context.errors.write(`${context.errors.style.red('error:')} ${printable(message)}\n`);
    return ERRORS[code].exit;
  }
}

async function dispatch(context: CliContext): Promise<number> {
  const { words, help, version } = readInvocation(context.argv);
  const found = findCommand(words);
  if (version) return print(context, versionText());
  if (help && words.length === 0) return print(context, await overview());
  if (found === null) throw unknownCommand(words);
  const command = await found.load();
  if (help) return print(context, await commandHelp(command, found.words));
  return execute(context, command, found);
}

async function execute(context: CliContext, command: CommandClass<CliContext>, found: FoundCommand): Promise<number> {
  // clipanion's own run() writes errors to stdout and exits 1 for all of them
  const parsed = parse(cliOf([command]), context, found.words);
  return (await parsed.validateAndExecute()) ?? 0;
}

function parse(cli: Cli<CliContext>, context: CliContext, words: readonly string[]) {
  try {
    return cli.process([...context.argv], context);
  } catch (error) {
    if (error instanceof AptOstreeError) throw error;
    throw usageError(words, error);
  }
}

/** All commands with their usage: for the overview, manual pages and completion. */
export async function allCommands(): Promise<Cli<CliContext>> {
  return cliOf(await Promise.all(Object.values(COMMANDS).map((load) => load())));
}

function cliOf(commands: CommandClass<CliContext>[]): Cli<CliContext> {
  return Cli.from<CliContext>(commands, { binaryName: 'apt-ostree', enableColors: false });
}

async function overview(): Promise<string> {
  const [{ renderOverview }, cli] = await Promise.all([import('./render/help.js'), allCommands()]);
  return renderOverview(cli.definitions());
}

async function commandHelp(command: CommandClass<CliContext>, words: readonly string[]): Promise<string> {
  const { renderCommandHelp } = await import('./render/help.js');
  const definition = cliOf([command]).definitions()[0];
  if (definition === undefined) throw hinted(`cannot show help for ${words.join(' ')}: it has none`);
  return renderCommandHelp(definition);
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
