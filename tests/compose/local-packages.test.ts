// Package files that a treefile names: found, resolved by apt beside the archives, hashed by content.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localPackageFiles, makeLocalArchive } from '../../src/compose/local-archive.js';
import { loadTreefile, type Treefile } from '../../src/compose/treefile.js';
import { run } from '../../src/system/process.js';
import { DebFactory } from '../layer/deb.js';

const directory = mkdtempSync(join(tmpdir(), 'local-packages-'));
after(() => rmSync(directory, { recursive: true }));

function treefile(...names: readonly string[]): Treefile {
  const file = join(directory, 'tree.yaml');
  writeFileSync(file, `ref: x\nsuite: bookworm\npackages-local: ${JSON.stringify(names)}\n`);
  return loadTreefile(file, 'amd64');
}

function addPackage(name: string, version: string): void {
  using debs = new DebFactory();
  mkdirSync(join(directory, 'debs'), { recursive: true });
  renameSync(debs.build({ name, version, depends: 'libc6' }), join(directory, `debs/${name}_${version}_all.deb`));
}

test('a star in a file name stands for one file', () => {
  addPackage('tool', '1:2.0');
  addPackage('other', '1.0');
  assert.deepEqual(localPackageFiles(treefile('debs/tool_*_all.deb')), [join(directory, 'debs/tool_1:2.0_all.deb')]);
  const refused = (name: string, message: RegExp) =>
    assert.throws(() => localPackageFiles(treefile(name)), { code: 'invalid-treefile', message });
  refused('debs/gone_*.deb', /key "packages-local" names .*gone_\*\.deb, which does not exist$/);
  refused('debs/tool.deb', /which does not exist$/);
  refused('debs/*_all.deb', /which may be other_1\.0_all\.deb or tool_1:2\.0_all\.deb$/);
});

test('the files become an archive that apt reads', async () => {
  const archive = await makeLocalArchive(treefile('debs/tool_*_all.deb'), join(directory, 'archive'));
  assert.ok(archive !== null);
  assert.deepEqual(archive.requests, ['tool=1:2.0']);
  const index = readFileSync(join(archive.directory, 'Packages'), 'utf8');
  assert.match(index, /^Package: tool$/m);
  assert.match(index, /^Filename: \.\/tool_1%3a2\.0_all\.deb\nSize: \d+\nSHA256: [0-9a-f]{64}$/m);
  const shown = await run({
    command: 'dpkg-deb',
    args: ['-f', join(archive.directory, 'tool_1%3a2.0_all.deb'), 'Version'],
  });
  assert.equal(shown.stdout, '1:2.0\n');
});

test('a treefile without them has none', async () => {
  assert.equal(await makeLocalArchive(treefile(), join(directory, 'none')), null);
});
