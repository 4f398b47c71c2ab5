// What the parser says about a wrong command line, in one line of our own words.

import { AptOstreeError } from '../model/errors.js';

const WORDINGS: readonly (readonly [RegExp, (quoted: string) => string])[] = [
  [/^(?:Unsupported|Invalid) option name \("(.*)"\)/, (name) => `unknown option ${quote(name)}`],
  [/^Extraneous positional argument \("(.*)"\)/, (word) => `unexpected argument ${quote(word)}`],
  [/^Not enough arguments to option (\S+?)\.?$/, (name) => `option ${quote(name)} needs a value`],
  [/^Not enough positional arguments()/, () => 'an argument is missing'],
];

export function usageError(words: readonly string[], error: unknown): AptOstreeError {
  const said = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  const wording = WORDINGS.flatMap(([pattern, word]) => {
    const match = pattern.exec(said);
    return match === null ? [] : [word(match[1] ?? '')];
  })[0];
  return hinted(`cannot read the command line: ${wording ?? said}`, words);
}

export function hinted(message: string, words: readonly string[] = []): AptOstreeError {
  return new AptOstreeError('invalid-argument', `${message}; try '${['apt-ostree', ...words, '--help'].join(' ')}'`);
}

function quote(word: string): string {
  return `'${word}'`;
}
