// What the fuzz tests of all folders share: how long they run, what a parser may throw, and how real text is damaged.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AptOstreeError, ERRORS, failureOf } from '../../src/model/errors.js';

// a failure tells its cause beside the seed
fc.configureGlobal({ includeErrorInReport: true });

/** `APT_OSTREE_FUZZ=50 node scripts/test.mjs apt` tries fifty times as much. */
const FACTOR = Number(process.env['APT_OSTREE_FUZZ'] ?? 1);

export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(count * FACTOR) };
}

/** The value, or null for a refusal: an error of the table, in one line, and no bug. */
export function refusedOrRead<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    assertRefusal(error);
    return null;
  }
}

export function assertRefusal(error: unknown): asserts error is AptOstreeError {
  assert.ok(error instanceof AptOstreeError, `no error of ours: ${error instanceof Error ? error.stack : error}`);
  assert.ok(error.code in ERRORS && error.code !== 'internal', error.message);
  assertOneLine(failureOf(error).message);
}

export function assertOneLine(message: string): void {
  assert.match(message, /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+$/u);
}

/** Anything that text can hold, with what terminals, shells and parsers obey well represented. */
export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  fc.constantFrom(
    '\x1b]0;owned\x07\x1b[2J',
    '../../../etc/passwd',
    "'; rm -rf / #",
    '$(reboot)',
    '--option',
    '__proto__',
    'constructor',
    '\0',
    '\n[origin]\nrefspec=evil',
    '\r\u2028\u202e',
    '\ud800',
    '%n%s%p',
    ' '.repeat(500),
    'a'.repeat(70_000),
    '9'.repeat(400),
    '-1',
    '1e308',
    'NaN',
  ),
);

/** Samples of real text with pieces cut out, doubled, swapped, and replaced by nasty ones. */
export function damaged(samples: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat({ max: 100_000 }),
    length: fc.nat({ max: 60 }),
    how: fc.constantFrom('cut', 'double', 'replace', 'end', 'move'),
    by: nastyText,
  });
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([text, changes]) =>
      changes.reduce((before, { at, length, how, by }) => {
        const start = at % (before.length + 1);
        const [head, piece, tail] = [
          before.slice(0, start),
          before.slice(start, start + length),
          before.slice(start + length),
        ];
        if (how === 'cut') return head + tail;
        if (how === 'double') return head + piece + piece + tail;
        if (how === 'end') return head;
        return how === 'move' ? piece + head + tail : head + by + tail;
      }, text),
    );
}

/** JSON values of any shape, with names that JavaScript gives a meaning. */
export const anyJson: fc.Arbitrary<unknown> = fc
  .jsonValue({ maxDepth: 4 })
  .chain((value) =>
    fc.oneof(fc.constant(value), fc.dictionary(fc.oneof(nastyText, fc.string()), fc.constant(value), { maxKeys: 5 })),
  );
