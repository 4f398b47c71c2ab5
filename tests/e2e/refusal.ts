// What every refusal has in common: a status, one line on stderr that begins with `error: cannot`, and no trace of a program's innards.

import assert from 'node:assert/strict';
import type { Ran } from './commands.js';

/** @param says the line behind `error: `, whole or as a pattern */
export function assertRefused({ status, stderr }: Ran, says: string | RegExp, { exit = 1 } = {}): void {
  const line = /^error: (cannot .*)\n$/.exec(stderr)?.[1];
  assert.ok(line !== undefined, `one line that begins with "error: cannot", not ${JSON.stringify(stderr)}`);
  if (typeof says === 'string') assert.equal(line, says);
  else assert.match(line, says);
  assert.doesNotMatch(line, /undefined|\bat .*:\d+:\d+|internal error|\.$/);
  assert.equal(status, exit);
}
