import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { compareVersions } from '../../src/cli/render/debian-version.js';

const PAIRS: readonly (readonly [string, string])[] = [
  ['1.0-1', '1.0-2'],
  ['1.0~rc1-1', '1.0-1'],
  ['1.0', '1.0-1'],
  ['1.0-1', '1.0-1+deb12u1'],
  ['1.9', '1.10'],
  ['9', '1:1'],
  ['1.0a', '1.0+'],
  ['1.0~~', '1.0~'],
  ['1.0~', '1.0'],
  ['20240101000000000001', '20240101000000000002'],
  ['1.0', '1.0a'],
  ['2:1.0-1', '2:1.0-1.1'],
  ['1-1-1', '1-1-2'],
];

for (const [older, newer] of PAIRS) {
  test(`${older} is older than ${newer}, as dpkg says`, () => {
    assert.equal(spawnSync('dpkg', ['--compare-versions', older, 'lt', newer]).status, 0);
    assert.ok(compareVersions(older, newer) < 0);
    assert.ok(compareVersions(newer, older) > 0);
    assert.equal(compareVersions(newer, newer), 0);
  });
}

test('leading zeros and an absent revision make no difference', () => {
  assert.equal(compareVersions('1.01', '1.1'), 0);
  assert.equal(compareVersions('1.0', '1.0-0'), 0);
});
