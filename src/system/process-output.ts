// The end of a stream and its lines, in bounded memory however much a program prints.

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export interface Output {
  readonly text: () => string;
  /** Whether the beginning was dropped. */
  readonly truncated: () => boolean;
}

export interface OutputOptions {
  readonly limitBytes: number;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** A line longer than this is handed on in pieces. */
const LINE_LIMIT = 64 * 1024;

export function readOutput(stream: Readable, { limitBytes, onLine }: OutputOptions): Output {
  const chunks: Buffer[] = [];
  let keptBytes = 0;
  let dropped = false;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    keptBytes += chunk.length;
    while (keptBytes > limitBytes && chunks.length > 0) {
      const first = chunks.shift();
      keptBytes -= first?.length ?? 0;
      dropped = true;
      if (first !== undefined && keptBytes < limitBytes) {
        const rest = first.subarray(first.length - (limitBytes - keptBytes));
        chunks.unshift(rest);
        keptBytes += rest.length;
      }
    }
  });
  if (onLine !== undefined) splitLines(stream, onLine);
  return { text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => dropped };
}

/** Progress bars redraw with carriage returns, so these end a line too. */
function splitLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const pieces = (rest + decoder.write(chunk)).split(/\r?\n|\r(?!$)/);
    rest = pieces.pop() ?? '';
    if (rest.length > LINE_LIMIT) {
      pieces.push(rest);
      rest = '';
    }
    for (const line of pieces) onLine(line);
  });
  stream.on('close', () => {
    const line = (rest + decoder.end()).replace(/\r$/, '');
    rest = '';
    if (line !== '') onLine(line);
  });
}
