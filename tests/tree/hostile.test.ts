// Lines of tmpfiles.d and sysusers.d, account files and trees, as a hostile package would leave them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addedAccounts, parseAccounts } from '../../src/tree/accounts.js';
import { isPlainPath, readPlainFile, refuseLinks, writePlainFile } from '../../src/tree/plain-places.js';
import { formatSysusers, parseSysusers } from '../../src/tree/sysusers.js';
import { knownPaths, parseTmpfiles } from '../../src/tree/tmpfiles.js';
import { formatLine, type TmpfilesLine } from '../../src/tree/tmpfiles-line.js';
import { nameFaults, specialFaults } from '../../src/tree/tree-rules.js';
import { nastyText, refusedOrRead, runs } from '../hostile/fuzz.js';

const segment = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    fc.constantFrom('%h', '"', "'", '\\', ' ', '-', '#', '\t', 'ü'),
  )
  .map((each) => each.replace(/[/\0\n]/g, 'x'));
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/var/${segments.join('/')}`);

describe('tmpfiles.d', () => {
  it('lines of ours are read back as they are meant', () => {
    const lines: fc.Arbitrary<TmpfilesLine> = fc.record({
      type: fc.constantFrom('d' as const, 'L' as const, 'C' as const, 'p' as const),
      path,
      mode: fc.option(fc.nat({ max: 0o7777 })),
      user: fc.constant(null),
      group: fc.constant(null),
      argument: fc.option(path),
    });
    fc.assert(
      fc.property(lines, (line) => {
        const text = refusedOrRead(() => formatLine(line));
        if (text === null) return;
        const [read, ...more] = parseTmpfiles(text);
        assert.deepEqual(
          [read?.type, read?.path, read?.argument, more.length],
          [line.type, line.path, line.argument, 0],
          text,
        );
      }),
      runs(800),
    );
  });

  it('of a package is read, whatever it says', () => {
    fc.assert(
      fc.property(fc.array(nastyText, { maxLength: 10 }), (words) => {
        for (const { path: made } of parseTmpfiles(words.join(' '))) assert.ok(made.startsWith('/'));
      }),
      runs(500),
    );
  });

  it('of a package cannot make us look outside its tree', () => {
    using tree = scratch();
    mkdirSync(join(tree.path, 'usr/lib/tmpfiles.d'), { recursive: true });
    symlinkSync('/proc', join(tree.path, 'usr/out'));
    const lines = [
      'C /var/a - - - - /../../../../../../../proc',
      'C /var/b - - - - /usr/out',
      'C /var/c - - - - /usr/out/self',
    ];
    writeFileSync(join(tree.path, 'usr/lib/tmpfiles.d/x.conf'), lines.join('\n'));
    assert.deepEqual([...knownPaths(tree.path)], ['/var/a', '/var/b', '/var/c']);
  });
});

describe('accounts', () => {
  it('of any account files become lines that name and number what they should', () => {
    const record = fc
      .tuple(nastyText, fc.constant('x'), nastyText, nastyText, nastyText, nastyText, nastyText)
      .map((fields) => fields.join(':'));
    const good = fc
      .tuple(
        fc.stringMatching(/^[a-z_][a-z0-9_-]{0,8}$/),
        fc.nat({ max: 65_000 }),
        fc.nat({ max: 65_000 }),
        nastyText,
        nastyText,
      )
      .map(([name, uid, gid, gecos, home]) =>
        [name, 'x', uid, gid, gecos, home, '/bin/sh'].join(':').replaceAll('\n', ' '),
      );
    const file = fc.array(fc.oneof(record, good), { maxLength: 6 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(file, file, (passwd, group) => {
        const accounts = parseAccounts(passwd, group);
        const { users, groups } = parseSysusers(formatSysusers(addedAccounts({ users: [], groups: [] }, accounts)));
        assert.deepEqual(users, new Map(accounts.users.map(({ name, uid }) => [name, uid])));
        assert.deepEqual(groups, new Map(accounts.groups.map(({ name, gid }) => [name, gid])));
      }),
      runs(600),
    );
  });

  it('files of sysusers.d are read, whatever they say', () => {
    fc.assert(
      fc.property(
        fc.array(nastyText).map((words) => `u ${words.join(' ')}\ng ${words.join('\n')}`),
        (text) => {
          for (const id of parseSysusers(text).users.values()) assert.ok(!Number.isNaN(id));
        },
      ),
      runs(300),
    );
  });
});

describe('places of a tree', () => {
  it('that are links are refused before anything follows them', () => {
    for (const place of [
      'usr',
      'usr/etc',
      'usr/lib/opt',
      'boot',
      'usr/lib/tmpfiles.d',
      'usr/lib/sysimage/dpkg',
      'usr/share/factory',
    ]) {
      using tree = scratch();
      mkdirSync(join(tree.path, place, '..'), { recursive: true });
      symlinkSync('/etc', join(tree.path, place));
      assert.throws(() => refuseLinks(tree.path), {
        code: 'invalid-tree',
        message: new RegExp(`made /${place} something else`),
      });
    }
  });

  it('are read and written without following, blocking or growing', () => {
    using tree = scratch();
    const at = (name: string) => join(tree.path, name);
    writeFileSync(at('outside'), 'as it was');
    symlinkSync(at('outside'), at('link'));
    symlinkSync('/dev/zero', at('endless'));
    execFileSync('mkfifo', [at('pipe')]);
    for (const name of ['link', 'endless', 'pipe']) {
      assert.throws(() => readPlainFile(at(name)), { code: 'invalid-tree' }, name);
      writePlainFile(at(name), 'ours');
      assert.equal(readPlainFile(at(name)), 'ours');
    }
    assert.equal(readFileSync(at('outside'), 'utf8'), 'as it was');
    assert.equal(readPlainFile(at('nothing/here')), '');
    assert.ok(!isPlainPath(tree.path, 'a/../..') && isPlainPath(tree.path, '/not/there'));
  });

  it('with names and depths that nobody could commit are told, not stumbled over', () => {
    using tree = scratch();
    execFileSync('/usr/bin/python3', ['-c', DEEP, tree.path]);
    const faults = specialFaults(tree.path, () => false);
    assert.ok(
      faults.some((each) => /is not UTF-8/.test(each)),
      String(faults),
    );
    assert.ok(
      faults.some((each) => /is deeper than/.test(each)),
      String(faults),
    );
    assert.equal(nameFaults(tree.path, '/var').length, 2);
  });
});

/** A name that is no UTF-8, and directories deeper than a path can be long. */
const DEEP = `
import os, sys
os.chdir(sys.argv[1])
open(b'bad\\xff', 'w').close()
for _ in range(40):
    os.mkdir('d' * 200)
    os.chdir('d' * 200)
`;

function scratch(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'apt-ostree-hostile-'));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => execFileSync('rm', ['-rf', path]) };
}
