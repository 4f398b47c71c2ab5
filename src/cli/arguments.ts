// Looks at a command line before any command is loaded: which command, and whether help or the version is asked for.

import { AptOstreeError } from '../model/errors.js';

export interface Invocation {
  /** The words before the first option that follows them. */
  readonly words: readonly string[];
  readonly help: boolean;
  readonly version: boolean;
}

/** Options that may stand before the command and take a value. */
const VALUED = new Set(['--sysroot', '--stateroot', '--os']);

/** @throws invalid-argument */
export function readInvocation(argv: readonly string[]): Invocation {
  refuseBrokenText(argv);
  const words = commandWords(argv);
  // everything after `compose` belongs to another program
  const end = words[0] === 'compose' ? argv.indexOf('compose') : argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  return {
    words,
    help: own.includes('--help') || own.includes('-h'),
    version: own.includes('--version'),
  };
}

function commandWords(argv: readonly string[]): readonly string[] {
  let start = 0;
  while (argv[start]?.startsWith('-')) start += VALUED.has(argv[start] ?? '') ? 2 : 1;
  const rest = argv.slice(start);
  const end = rest.findIndex((argument) => argument.startsWith('-'));
  return end === -1 ? rest : rest.slice(0, end);
}

/** Node decodes arguments as UTF-8 and puts U+FFFD for what is none; such a name would be another name. */
function refuseBrokenText(argv: readonly string[]): void {
  const at = argv.findIndex((argument) => argument.includes('\ufffd'));
  if (at === -1) return;
  throw new AptOstreeError('invalid-argument', `cannot read the command line: argument ${at + 1} is not valid UTF-8`);
}
