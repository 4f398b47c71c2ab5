import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatSource, machineSources, parseDeb822, parseOneLine } from '../../src/compose/machine-sources.js';
import { parseUriLine } from '../../src/compose/resolve.js';
import { nextVersion } from '../../src/compose/tree-version.js';

test('reads one-line sources with and without options', () => {
  const text =
    '# deb http://x y z\ndeb-src http://a b c\ndeb [arch=amd64 signed-by=/k.gpg] http://a/ stable main contrib # note\n deb http://b ./\n';
  assert.deepEqual(parseOneLine(text), [
    { uris: ['http://a/'], suites: ['stable'], components: ['main', 'contrib'], signedBy: '/k.gpg', trusted: false },
    { uris: ['http://b'], suites: ['./'], components: [], signedBy: null, trusted: false },
  ]);
});

test('reads deb822 stanzas, key blocks included, and passes over what is disabled or sources only', () => {
  const text = [
    'Types: deb deb-src\n# a comment\nURIs: http://a http://b\nSuites: s s-updates\nComponents: main\nSigned-By:\n -----BEGIN-----\n .\n abc\n -----END-----',
    'Types: deb\nEnabled: no\nURIs: http://c\nSuites: s',
    'Types: deb-src\nURIs: http://d\nSuites: s',
    'types: deb\nuris: http://e\nsuites: t/\ntrusted: yes',
  ].join('\n\n');
  const [first, second, ...more] = parseDeb822(`${text}\n`);
  assert.deepEqual(first?.uris, ['http://a', 'http://b']);
  assert.match(first?.signedBy ?? '', /^-----BEGIN-----\n \.\n abc\n -----END-----$/);
  assert.deepEqual([second?.uris, second?.trusted, more], [['http://e'], true, []]);
});

test('writes a source that reads back as the same', () => {
  const source = {
    uris: ['http://a'],
    suites: ['s'],
    components: ['main'],
    signedBy: '-----B-----\n .\n x\n -----E-----',
    trusted: true,
  };
  assert.deepEqual(parseDeb822(formatSource(source)), [source]);
});

test('reads all parts of a machine in apt order', () => {
  const root = mkdtempSync(join(tmpdir(), 'sources-'));
  mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true });
  writeFileSync(join(root, 'etc/apt/sources.list'), 'deb http://1 s main\n');
  writeFileSync(join(root, 'etc/apt/sources.list.d/b.list'), 'deb http://3 s main\n');
  writeFileSync(
    join(root, 'etc/apt/sources.list.d/a.sources'),
    'Types: deb\nURIs: http://2\nSuites: s\nComponents: main\n',
  );
  writeFileSync(join(root, 'etc/apt/sources.list.d/c.list.save'), 'deb http://4 s main\n');
  assert.deepEqual(
    machineSources(root).flatMap((each) => each.uris),
    ['http://1', 'http://2', 'http://3'],
  );
  rmSync(root, { recursive: true });
});

test('reads the archives apt would fetch, epochs and tildes included', () => {
  const hash = 'a'.repeat(64);
  assert.deepEqual(
    parseUriLine(
      `'http://m/p/bsdutils_2.38.1-5+deb12u3_amd64.deb' bsdutils_1%3a2.38.1-5+deb12u3_amd64.deb 100 SHA256:${hash}`,
    ),
    {
      name: 'bsdutils',
      version: '1:2.38.1-5+deb12u3',
      architecture: 'amd64',
      sizeBytes: 100,
      digest: `SHA256:${hash}`,
    },
  );
  assert.throws(() => parseUriLine("'http://m/x.deb' x_1_all.deb 100 "), { code: 'apt-failed' });
});

test('counts versions up as rpm-ostree does', () => {
  assert.equal(nextVersion('12', null), '12');
  assert.equal(nextVersion('12', '12'), '12.1');
  assert.equal(nextVersion('12', '12.9'), '12.10');
  assert.equal(nextVersion('13', '12.9'), '13');
  assert.equal(nextVersion('12', '12.x'), '12');
});
