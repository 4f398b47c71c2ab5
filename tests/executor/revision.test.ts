import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRevision } from '../../src/executor/steps/revision-resolve.js';

const SHA = 'ab'.repeat(32);

for (const [text, wanted] of [
  [SHA, { checksum: SHA, version: null }],
  [`revision=${SHA}`, { checksum: SHA, version: null }],
  ['version=12.1', { checksum: null, version: '12.1' }],
  ['VERSION=12.1', { checksum: null, version: '12.1' }],
  ['12.1', { checksum: null, version: '12.1' }],
] as const)
  test(`${text.slice(0, 24)} is a ${wanted.version === null ? 'checksum' : 'version'}`, () => {
    assert.deepEqual(parseRevision(text), wanted);
  });

test('a revision that is no checksum is refused', () => {
  assert.throws(() => parseRevision('revision=12'), { code: 'no-such-revision', message: /64 hex digits/ });
});
