import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryJsonPath } from '../../src/cli/json-path.js';

const DOCUMENT = { a: [{ b: { 'c d': 1, 'x-y': null } }, { b: 2 }], length: 'member', '': 'empty' };

const CASES: readonly (readonly [string, readonly unknown[]])[] = [
  ['$', [DOCUMENT]],
  ['$.a[0].b', [DOCUMENT.a[0]?.b]],
  ["$.a[0].b['c d']", [1]],
  ['$.a[0].b["c d"]', [1]],
  ['$.a[0].b.x-y', [null]],
  ['$.a[-1].b', [2]],
  ['$.a[*].b', [DOCUMENT.a[0]?.b, 2]],
  ['$.a.*.b', [DOCUMENT.a[0]?.b, 2]],
  ["$['']", ['empty']],
  ['$.a[7]', []],
  ['$.a[-3]', []],
  ['$.a.length', []],
  ['$.nothing.at.all', []],
  ['$.length[0]', []],
  ['$.constructor', []],
];

for (const [expression, expected] of CASES) {
  test(`${expression} finds ${expected.length} values`, () => {
    assert.deepEqual(queryJsonPath(expression, DOCUMENT), expected);
  });
}

for (const expression of ['', 'a', '$a', '$.', '$..a', '$[', '$[a]', '$.a[1', "$['a", '$.a b', '$[?(@.x)]']) {
  test(`${JSON.stringify(expression)} is refused as a JSONPath`, () => {
    assert.throws(() => queryJsonPath(expression, DOCUMENT), {
      code: 'invalid-argument',
      message: /^cannot read the JSONPath/,
    });
  });
}
