// What a private daemon says on stderr: passed on line by line, except the error it ends with, which becomes ours.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const ERROR = 'error: ';

export class DaemonWords {
  /** Null once they are passed on at once. */
  private held: string[] | null = [];

  constructor(stderr: Readable) {
    createInterface({ input: stderr }).on('line', (line) => {
      if (this.held !== null && line.startsWith(ERROR)) this.held.push(line);
      else process.stderr.write(`${line}\n`);
    });
  }

  /** The error it ended with before it could be asked anything, without its prefix. */
  lastError(): string | null {
    return this.held?.at(-1)?.slice(ERROR.length) ?? null;
  }

  /** It is there: from now on every line is passed on. */
  release(): void {
    for (const line of this.held ?? []) process.stderr.write(`${line}\n`);
    this.held = null;
  }
}
