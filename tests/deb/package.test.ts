// The Debian package as it lies there: what lintian says, what is in it, and that it can be built again.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { assertGolden } from '../cli/golden.js';
import { packageFile } from './package.js';

test('lintian finds neither errors nor warnings', { timeout: 900_000 }, () => {
  const args = ['--allow-root', '--fail-on', 'error,warning', '--tag-display-limit', '0', packageFile()];
  const { status, stdout } = spawnSync('lintian', args, { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [0, '']);
});

test('it has the files that it should, with their modes', () => {
  const listing = execFileSync('dpkg-deb', ['--contents', packageFile()], { encoding: 'utf8' });
  const files = listing
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([mode]) => !mode?.startsWith('d'))
    // as many as there are
    .filter((words) => !/\/(migrations|treefiles)\//.test(words.join(' ')))
    .map(([mode, owner, , , , ...path]) => `${mode} ${owner} ${path.join(' ')}\n`);
  assertGolden('files', files.sort().join(''), 'tests/deb');
});

test('the same sources give the same package', { timeout: 900_000 }, () => {
  const file = packageFile();
  const before = digestOf(file);
  rmSync(`${file}.stamp`);
  execFileSync(process.execPath, ['scripts/deb.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
  assert.equal(digestOf(file), before);
});

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
