import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { install, type LayeringSysroot, layeringSysroot, leftovers, RESOLVE } from './layering.js';

const FETCH = [...RESOLVE, 'packages.fetch'] as const;

let sysroot: LayeringSysroot;
let stamp: string;
let lists: string;

before(async () => {
  sysroot = await layeringSysroot();
  lists = join(sysroot.path, 'ostree/deploy/debian/var/lib/apt/lists');
  stamp = join(lists, '../apt-ostree-refreshed');
  // whatever the cache had: from here on the machine has fresh indexes and all archives of htop
  assert.equal((await install(sysroot, { kind: 'install', add: ['htop'] }, FETCH)).failure, null);
});
after(() => sysroot.remove());

const archives = () => join(sysroot.own, 'archives');

test('refreshes indexes that are a day old and not before', async () => {
  assert.equal((await install(sysroot, { add: ['htop'] }, RESOLVE)).progress.length, 0);
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  utimesSync(stamp, yesterday, yesterday);
  const { facts } = await install(sysroot, { add: ['htop'] }, RESOLVE);
  assert.deepEqual(facts.refreshed, { changed: false, warning: null });
  assert.ok(Date.now() - statSync(stamp).mtimeMs < 60_000);
});

test('goes on with the indexes that are there when the network is not', async () => {
  rmSync(stamp);
  const { facts, failure } = await install(sysroot, { add: ['htop'] }, FETCH, { offline: true });
  assert.equal(failure, null);
  assert.match(
    facts.refreshed?.warning ?? '',
    /^cannot refresh package indexes: http.*; going on with those that are here$/,
  );
  assert.equal(facts.fetched?.downloadedBytes, 0);
});

test('says in one line that there is no network when there are no indexes', async () => {
  renameSync(lists, `${lists}.away`);
  const { failure, transaction } = await install(sysroot, { add: ['htop'] }, RESOLVE, { offline: true });
  rmSync(lists, { recursive: true });
  renameSync(`${lists}.away`, lists);
  assert.equal(failure?.code, 'fetch-failed');
  assert.match(failure?.message ?? '', /^cannot refresh package indexes: http\S+: [^\n]*resolving 'deb\.debian\.org'$/);
  assert.deepEqual(leftovers(sysroot, transaction), []);
});

test('names what it cannot fetch, and what the cache lacks', async () => {
  rmSync(stamp, { force: true });
  const name = archiveOf('htop');
  rmSync(join(archives(), name));
  const offline = await install(sysroot, { add: ['htop'] }, FETCH, { offline: true });
  assert.equal(offline.failure?.code, 'fetch-failed');
  assert.match(offline.failure?.message ?? '', /^cannot fetch htop: http\S+htop_\S+: [^\n]+$/);
  const cacheOnly = await install(sysroot, { add: ['htop'], cacheOnly: true }, ['packages.resolve', 'packages.fetch']);
  assert.match(cacheOnly.failure?.message ?? '', /^cannot use only the cache: it lacks htop 3\S+$/);
});

test('goes on where a download broke off, and throws away what is not what was resolved', async () => {
  const first = await install(sysroot, { add: ['htop'] }, FETCH);
  assert.equal(first.facts.fetched?.files, 1);
  const name = archiveOf('htop');
  const whole = readFileSync(join(archives(), name));
  const partial = join(archives(), 'partial', name.replace(/\.deb$/, '.part'));
  renameSync(join(archives(), name), partial);
  truncateSync(partial, 100_000);
  assert.equal((await install(sysroot, { add: ['htop'] }, FETCH)).failure, null);
  assert.deepEqual(readFileSync(join(archives(), name)), whole);
  rmSync(join(archives(), name));
  writeFileSync(partial, Buffer.alloc(100_000));
  await install(sysroot, { add: ['htop'] }, FETCH);
  assert.equal((await install(sysroot, { add: ['htop'] }, FETCH)).failure, null);
  assert.deepEqual(readFileSync(join(archives(), name)), whole);
  assert.deepEqual(readdirSync(join(archives(), 'partial')), []);
});

test('clears indexes and archives', async () => {
  const { failure } = await install(sysroot, { kind: 'cleanup', metadata: true }, ['metadata.clear']);
  assert.equal(failure, null);
  assert.deepEqual([readdirSync(lists), readdirSync(archives()), existsSync(stamp)], [[], [], false]);
});

function archiveOf(name: string): string {
  const found = readdirSync(archives()).find(
    (file) =>
      file.endsWith('.deb') &&
      execFileSync('dpkg-deb', ['-f', join(archives(), file), 'Package'], { encoding: 'utf8' }).trim() === name,
  );
  if (found === undefined) throw new Error(`no archive of ${name}`);
  return found;
}
