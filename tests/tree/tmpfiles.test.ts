import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { knownPaths, parseTmpfiles } from '../../src/tree/tmpfiles.js';
import { formatLine } from '../../src/tree/tmpfiles-line.js';

const NASTY = [
  'plain',
  'two words',
  'per%cent',
  '%n',
  'quo"te',
  "apo'strophe",
  'back\\slash',
  'ümläut',
  '#hash',
  'dot.',
  'tab\tend ',
];

test('writes paths that systemd-tmpfiles and our own parser read as they are', () => {
  const root = mkdtempSync(join(tmpdir(), 'tmpfiles-'));
  const lines = NASTY.map((name) =>
    formatLine({ type: 'L', path: `/var/${name}`, mode: null, user: null, group: null, argument: `to/${name}` }),
  );
  writeFileSync(join(root, 'all.conf'), `${lines.join('\n')}\n`);
  execFileSync('systemd-tmpfiles', ['--create', `--root=${root}`, join(root, 'all.conf')], { stdio: 'pipe' });
  for (const name of NASTY) assert.equal(readlinkSync(join(root, 'var', name)), `to/${name}`);
  assert.deepEqual(
    parseTmpfiles(`${lines.join('\n')}\n`).map(({ path, argument }) => [path, argument]),
    NASTY.map((name) => [`/var/${name}`, `to/${name}`]),
  );
  rmSync(root, { recursive: true });
});

test('refuses a path that tmpfiles.d has no way to name', () => {
  const line = { type: 'd', path: '/var/new\nline', mode: null, user: null, group: null, argument: null } as const;
  assert.throws(() => formatLine(line), { code: 'unsupported-path' });
});

test('keeps a link to a file named as a lone dash', () => {
  const [line] = parseTmpfiles(
    formatLine({ type: 'L', path: '/var/x', mode: null, user: null, group: null, argument: '-' }),
  );
  assert.equal(line?.argument, '-');
});

test('reads type letters without their modifiers and leaves out paths that depend on the machine', () => {
  const text =
    '# comment\nD!  /tmp 1777 root root 10d\n\nL+ /run/x - - - - /usr/x\nd /var/lib/%m -\nd /var/100%%/ 0755\n';
  assert.deepEqual(parseTmpfiles(text), [
    { type: 'D', path: '/tmp', argument: null },
    { type: 'L', path: '/run/x', argument: '/usr/x' },
    { type: 'd', path: '/var/100%', argument: null },
  ]);
});

test('knows what a copied directory holds, and nothing of a file that /etc masks', () => {
  const root = mkdtempSync(join(tmpdir(), 'tmpfiles-'));
  for (const path of ['usr/lib/tmpfiles.d', 'usr/etc/tmpfiles.d', 'usr/share/factory/var/lib/db/inner'])
    mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, 'usr/share/factory/var/lib/db/inner/file'), '');
  writeFileSync(
    join(root, 'usr/lib/tmpfiles.d/a.conf'),
    'C /var/lib/db - - - - /usr/share/factory/var/lib/db\nr! /var/gone\n',
  );
  writeFileSync(join(root, 'usr/lib/tmpfiles.d/b.conf'), 'd /var/masked\n');
  symlinkSync('/dev/null', join(root, 'usr/etc/tmpfiles.d/b.conf'));
  assert.deepEqual([...knownPaths(root)].sort(), ['/var/lib/db', '/var/lib/db/inner', '/var/lib/db/inner/file']);
  assert.ok(lstatSync(join(root, 'usr')).isDirectory());
  rmSync(root, { recursive: true });
});
