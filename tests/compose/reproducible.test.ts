// The same treefile makes the same tree, and at the same date the same commit.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Repo } from '../../src/native/repo.js';
import { runChecked } from '../../src/system/process.js';
import { program } from '../e2e/programs.js';
import { baseRepo, CACHE, TREEFILE } from '../machine/base.js';

const directory = mkdtempSync(join(CACHE, 'reproducible-'));
after(() => rmSync(directory, { recursive: true }));

const DATE = 1_700_000_000;

test('a treefile composed a second time, in another repo, is the same tree', async () => {
  const { path, ref, commit } = await baseRepo();
  const first = await composed('first', ref);
  using repo = Repo.open(path);
  using other = Repo.open(first.repo);
  assert.equal(other.commitFacts(first.commit).timestampSeconds, DATE);
  assert.deepEqual([...other.tree(first.commit).walk()], [...repo.tree(commit).walk()]);
});

test('and at the same date it is the same commit', async () => {
  const { ref } = await baseRepo();
  assert.equal((await composed('second', ref)).commit, (await composed('third', ref)).commit);
});

async function composed(name: string, ref: string) {
  const repo = join(directory, name);
  const where = ['--repo', repo, '--cachedir', join(CACHE, 'compose'), '--workdir', directory];
  await runChecked({
    command: program('apt-ostree'),
    args: ['compose', 'tree', ...where, TREEFILE],
    env: { SOURCE_DATE_EPOCH: String(DATE) },
  });
  using open = Repo.open(repo);
  const commit = open.resolve(ref);
  assert.ok(commit !== null);
  return { repo, commit };
}
