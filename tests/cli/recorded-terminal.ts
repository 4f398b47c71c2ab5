// A terminal that keeps what was written, and shows it as a screen would.

import { ANSI, PLAIN, type Terminal } from '../../src/cli/terminal.js';

export interface RecordedTerminal extends Terminal {
  readonly text: () => string;
}

export function recordedTerminal(options: { readonly isTTY: boolean; readonly columns?: number }): RecordedTerminal {
  const written: string[] = [];
  return {
    isTTY: options.isTTY,
    columns: () => options.columns ?? 80,
    style: options.isTTY ? ANSI : PLAIN,
    write: (text) => {
      written.push(text);
    },
    text: () => written.join(''),
  };
}

/** What a user sees in the end: a carriage return with an erase removes the line so far. */
export function seen(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\r\x1b[K').at(-1))
    .join('\n');
}
