import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseContents } from '../../src/apt/archive-listing.js';
import { parseStanzas } from '../../src/apt/deb822.js';
import { nativeArchitecture, parseStatus, providerOf } from '../../src/apt/dpkg-status.js';
import { condenseRefusal } from '../../src/apt/explanation.js';
import { downloadFailure, fetchReason, refreshFailure } from '../../src/apt/fetch-failure.js';
import { parsePolicy, parseReverseProvides } from '../../src/apt/policy.js';
import { parsePrintedUris } from '../../src/apt/print-uris.js';

/** Captured from real runs; the first line of each says of which. */
const fixture = (name: string) => readFileSync(join(FIXTURES, name), 'utf8');
const FIXTURES = sourceDirectory();

test('reads the archives of a print-uris run, local ones without a hash', () => {
  const archives = parsePrintedUris(fixture('print-uris.txt'));
  assert.deepEqual(
    archives.map((each) => `${each.name} ${each.version} ${each.architecture}`),
    ['trouble-epoch 1:2.0-1 all', 'nginx-common 1.22.1-9+deb12u11 all', 'nginx 1.22.1-9+deb12u11 amd64'],
  );
  assert.equal(archives[0]?.sha256, null);
  assert.match(archives[2]?.sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.equal(archives[2]?.sizeBytes, 532468);
});

test('tells known, virtual and unknown names apart', () => {
  assert.deepEqual(
    [...parsePolicy(fixture('policy.txt'))],
    [
      ['htop', '3.2.2-2'],
      ['awk', null],
    ],
  );
  assert.deepEqual(parseReverseProvides(fixture('showpkg.txt')).get('awk'), ['original-awk', 'mawk', 'gawk']);
});

test('condenses a refusal to what stands in the way', () => {
  assert.equal(
    condenseRefusal(fixture('unmet.txt')),
    'trouble-needs depends on htop (>= 99) but it is not going to be installed; trouble-needs depends on no-such-thing but it is not installable',
  );
  assert.equal(condenseRefusal('E: Something went wrong\n'), 'something went wrong');
  assert.equal(condenseRefusal(''), 'apt gave no reason');
});

test('finds the telling line of a failed update', () => {
  assert.equal(
    fetchReason(fixture('update-offline.txt')),
    "http://deb.debian.org/debian/dists/bookworm/InRelease: Temporary failure resolving 'deb.debian.org'",
  );
  assert.equal(refreshFailure(fixture('update-offline.txt')).code, 'fetch-failed');
  assert.equal(refreshFailure('W: GPG error: http://x y InRelease: NO_PUBKEY 12\n').code, 'signature-invalid');
});

const COMPLAINTS: readonly { readonly says: string; readonly transient: boolean }[] = [
  { says: "Temporary failure resolving 'deb.debian.org'", transient: true },
  { says: 'Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)', transient: true },
  { says: 'Connection timed out [IP: 10.0.0.1 80]', transient: true },
  { says: 'Error reading from server. Remote end closed connection [IP: 127.0.0.1 80]', transient: true },
  { says: '503  Service Unavailable [IP: 127.0.0.1 80]', transient: true },
  { says: '404  Not Found [IP: 127.0.0.1 503]', transient: false },
  { says: '403  Forbidden [IP: 127.0.0.1 80]', transient: false },
  { says: 'Hash Sum mismatch', transient: false },
  { says: 'Could not open file /x - open (28: No space left on device)', transient: false },
];

for (const { says, transient } of COMPLAINTS)
  test(`takes "${says}" for ${transient ? 'a failure that passes' : 'final'}`, () => {
    const line = `E: Failed to fetch http://server/pool/x.deb  ${says}\n`;
    assert.equal(downloadFailure(['x'], line).transient, transient);
    assert.equal(refreshFailure(`${line}E: Some index files failed to download.\n`).transient, transient);
    const mixed = `${line}E: Failed to fetch http://server/pool/y.deb  404  Not Found\n`;
    assert.equal(downloadFailure(['x', 'y'], mixed).transient, false, 'one that will never come makes it final');
  });

test('a signature that is wrong is final, whatever else failed', () => {
  const offline = fixture('update-offline.txt');
  assert.equal(refreshFailure(offline).transient, true);
  assert.equal(refreshFailure(`${offline}W: GPG error: http://x y InRelease: NO_PUBKEY 12\n`).transient, false);
});

test('reads folded fields and ignores what is none', () => {
  const [stanza] = parseStanzas('Package: a\nDescription: one\n two\n  three\nnonsense\n\n\n');
  assert.equal(stanza?.get('description'), 'one\ntwo\nthree');
  assert.equal(stanza?.size, 2);
});

test('finds who provides a request, real packages before virtual ones', () => {
  const installed = parseStatus(fixture('status.txt'));
  assert.equal(nativeArchitecture(installed), 'amd64');
  assert.equal(providerOf('awk', installed)?.name, 'mawk');
  assert.equal(providerOf('mawk:amd64', installed)?.name, 'mawk');
  assert.equal(providerOf('mawk:i386', installed), null);
  assert.equal(providerOf('gone', installed), null);
});

test('reads names of an archive that tar escapes', () => {
  const entries = parseContents(fixture('contents.txt'));
  assert.deepEqual(entries.slice(-5), [
    { path: '/usr/bin/hard', kind: 'file', sizeBytes: 10 },
    { path: '/usr/bin/run', kind: 'hardlink', sizeBytes: 0 },
    { path: '/usr/share', kind: 'directory', sizeBytes: 0 },
    { path: '/usr/share/ä b', kind: 'file', sizeBytes: 1 },
    { path: '/usr/bin/link', kind: 'symlink', sizeBytes: 0 },
  ]);
  const escaped = '-rw-r--r-- root/root         1 2026-11-23 12:02 ./usr/share/\\303\\244 b\n';
  assert.equal(parseContents(escaped)[0]?.path, '/usr/share/ä b');
});

/** Fixtures are not compiled: they lie beside the source of this test. */
function sourceDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!readable(join(directory, 'package.json'))) directory = dirname(directory);
  return join(directory, 'tests/apt/fixtures');
}

function readable(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
