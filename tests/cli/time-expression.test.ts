import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTime } from '../../src/cli/time-expression.js';

const NOW = new Date(2026, 10, 23, 12, 30, 15).getTime();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const CASES: readonly (readonly [string, number])[] = [
  ['now', NOW],
  ['today', new Date(2026, 10, 23).getTime()],
  ['yesterday', new Date(2026, 10, 22).getTime()],
  ['2h ago', NOW - 2 * HOUR],
  ['90min ago', NOW - 1.5 * HOUR],
  ['1 day 3 hours ago', NOW - DAY - 3 * HOUR],
  ['1.5h ago', NOW - 1.5 * HOUR],
  ['2 weeks ago', NOW - 14 * DAY],
  ['-30s', NOW - 30_000],
  ['0', 0],
  ['1700000000', 1_700_000_000_000],
  ['@1700000000', 1_700_000_000_000],
  ['1700000000.25', 1_700_000_000_250],
  ['1700000000123', 1_700_000_000_123],
  ['2026-01-31', new Date(2026, 0, 31).getTime()],
  ['2026-01-31 12:05', new Date(2026, 0, 31, 12, 5).getTime()],
  ['2026-01-31T12:05:06', new Date(2026, 0, 31, 12, 5, 6).getTime()],
  ['2026-01-31T12:05:06Z', Date.UTC(2026, 0, 31, 12, 5, 6)],
  ['2026-01-31T12:05:06.5+02:00', Date.UTC(2026, 0, 31, 10, 5, 6, 500)],
  ['2026-01-31 12:05+0200', Date.UTC(2026, 0, 31, 10, 5)],
  ['2024-02-29', new Date(2024, 1, 29).getTime()],
  ['  now ', NOW],
];

for (const [text, expected] of CASES) {
  test(`${JSON.stringify(text)} is read as a time`, () => {
    assert.equal(parseTime(text, NOW), expected);
  });
}

for (const text of [
  '',
  'soon',
  'ago',
  '2h',
  '2 parsecs ago',
  '2026-02-31',
  '2026-13-01',
  '2026-01-31 25:00',
  '31.1.2026',
  '-',
  'h ago',
]) {
  test(`${JSON.stringify(text)} is refused as a time`, () => {
    assert.throws(() => parseTime(text, NOW), { code: 'invalid-argument', message: /^cannot read .* as a time: use / });
  });
}
