import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Archive, batchArchives } from '../../src/apt/batches.js';
import { conflictsOf, packageChanges } from '../../src/apt/impact.js';
import { planHash } from '../../src/apt/plan-hash.js';
import { parseRelations } from '../../src/apt/relations.js';
import { changeList, type RequestList } from '../../src/apt/request-list.js';
import { AptOstreeError } from '../../src/model/errors.js';
import { type PackageRequest, parseRequest } from '../../src/model/request.js';

const SHA = 'a'.repeat(64);
const BASE = [
  { name: 'mawk', version: '1', architecture: 'amd64', provides: ['awk'] },
  { name: 'dpkg', version: '1', architecture: 'amd64', provides: [] },
];

function change(current: Partial<RequestList>, members: Readonly<Record<string, unknown>>): RequestList | string {
  const request = parseRequest({ kind: 'install', stateroot: 'debian', ...members }) as PackageRequest;
  const list = { requested: [], requestedLocal: [], ...current };
  const local = request.local.map((path) => ({
    name: path.slice(1),
    version: '2',
    architecture: 'all',
    sha256: 'b'.repeat(64),
  }));
  try {
    return changeList({ current: list, request, local, base: BASE });
  } catch (error) {
    assert.ok(error instanceof AptOstreeError);
    return error.code;
  }
}

/** [what is requested, what is asked, what comes out] */
const CHANGES: readonly (readonly [
  Partial<RequestList>,
  Readonly<Record<string, unknown>>,
  readonly string[] | string,
])[] = [
  [{}, { add: ['a1', 'b1', 'a1'] }, ['a1', 'b1']],
  [{ requested: ['a1'] }, { add: ['a1', 'b1'] }, 'already-requested'],
  [{ requested: ['a1'] }, { add: ['a1', 'b1'], idempotent: true }, ['a1', 'b1']],
  [{}, { add: ['awk', 'b1'] }, 'already-provided'],
  [{}, { add: ['awk', 'b1'], allowInactive: true }, ['awk', 'b1']],
  [{}, { add: ['awk', 'b1'], idempotent: true }, ['b1']],
  [{ requested: ['a1', 'b1'] }, { remove: ['a1'] }, ['b1']],
  [{ requested: ['a1'] }, { remove: ['b1'] }, 'not-requested'],
  [{ requested: ['a1'] }, { remove: ['b1'], idempotent: true }, ['a1']],
  [{ requested: ['a1', 'b1'] }, { removeAll: true }, []],
  [{ requested: ['a1', 'b1'] }, { removeAll: true, add: ['a1'] }, ['a1']],
  [{ requested: ['a1'] }, { remove: ['a1'], add: ['b1'] }, ['b1']],
];

for (const [current, members, result] of CHANGES)
  test(`${JSON.stringify(members)} makes ${JSON.stringify(result)} of ${JSON.stringify(current.requested ?? [])}`, () => {
    const list = change(current, members);
    assert.deepEqual(typeof list === 'string' ? list : list.requested, result);
  });

test('finds a local package by its full name, its name or its entry', () => {
  const requestedLocal = [`${SHA}:mine_1_all`];
  for (const text of ['mine', 'mine_1_all', `${SHA}:mine_1_all`])
    assert.deepEqual(change({ requestedLocal }, { remove: [text] }), { requested: [], requestedLocal: [] });
  assert.equal(change({ requestedLocal }, { remove: ['mine_2_all'] }), 'not-requested');
});

test('puts a local package in the place of an older one', () => {
  assert.deepEqual(change({ requestedLocal: [`${SHA}:mine_1_all`] }, { local: ['/mine'] }), {
    requested: [],
    requestedLocal: [`${'b'.repeat(64)}:mine_2_all`],
  });
  assert.equal(change({ requestedLocal: [`${'b'.repeat(64)}:mine_2_all`] }, { local: ['/mine'] }), 'already-requested');
});

const archive = (name: string, fields: Partial<Archive> = {}): Archive => ({
  name,
  architecture: 'all',
  file: `/${name}`,
  depends: undefined,
  preDepends: undefined,
  provides: undefined,
  ...fields,
});
const names = (archives: readonly Archive[]) =>
  batchArchives(archives).map((batch) => batch.map((each) => each.name).join(' '));

test('unpacks everything at once where nothing pre-depends', () => {
  assert.deepEqual(names([archive('a', { depends: 'b' }), archive('b'), archive('c')]), ['a b c']);
  assert.deepEqual(names([]), []);
});

test('configures pre-dependencies with all they depend on, deepest first', () => {
  const archives = [
    archive('top', { preDepends: 'middle | other, base-only' }),
    archive('middle', { depends: 'helper', preDepends: 'virtual (>= 1)' }),
    archive('helper'),
    archive('bottom', { provides: 'virtual (= 1)' }),
    archive('rest'),
  ];
  assert.deepEqual(names(archives), ['bottom', 'middle helper', 'top rest']);
});

test('ends at a cycle of pre-dependencies', () => {
  const batches = names([archive('a', { preDepends: 'b' }), archive('b', { preDepends: 'a' })]);
  assert.deepEqual(batches.join(' ').split(' ').sort(), ['a', 'b']);
});

test('hashes a plan whatever the order of requests and archives', () => {
  const contents = { base: 'x', requested: ['a', 'b'], requestedLocal: [], archives: ['1', '2'], initramfs: null };
  const same = { ...contents, requested: ['b', 'a'], archives: ['2', '1'] };
  assert.equal(planHash(contents), planHash(same));
  assert.notEqual(planHash(contents), planHash({ ...contents, base: 'y' }));
  assert.notEqual(planHash(contents), planHash({ ...contents, initramfs: [] }));
  assert.notEqual(planHash(contents), planHash({ ...contents, requested: ['a'], requestedLocal: ['b'] }));
});

test('reads relations with alternatives, versions and qualifiers', () => {
  assert.deepEqual(parseRelations('a:any (>= 1.0~b) | b, c [amd64]'), [
    [
      { name: 'a', qualifier: 'any', version: '>= 1.0~b' },
      { name: 'b', qualifier: null, version: null },
    ],
    [{ name: 'c', qualifier: null, version: null }],
  ]);
});

test('tells added, removed and changed packages', () => {
  const one = (name: string, version: string) => ({ name, version, architecture: 'all', provides: [] });
  assert.deepEqual(
    packageChanges([one('a', '1'), one('b', '1'), one('c', '1')], [one('b', '2'), one('c', '1'), one('d', '1')]),
    {
      added: [{ name: 'd', version: '1' }],
      removed: [{ name: 'a', version: '1' }],
      changed: [{ name: 'b', from: '1', to: '2' }],
    },
  );
});

test('sees conflicts but for diversions, replaced owners, directories and configuration', () => {
  const owners: Readonly<Record<string, string>> = { '/usr/bin/x': 'other', '/usr/bin/r': 'replaced' };
  const there = new Set([...Object.keys(owners), '/usr/bin/unowned', '/etc/made']);
  const base = {
    kindOf: (path: string) => (path === '/usr/bin' ? 'directory' : there.has(path) ? 'file' : null) as 'file' | null,
    ownerOf: (path: string) => owners[path] ?? null,
    divert: (path: string, name: string) => (name === 'mover' ? `${path}.moved` : path),
  };
  const entries = ['/usr/bin', '/usr/bin/x', '/usr/bin/r', '/usr/bin/unowned', '/etc/made', '/usr/bin/new'].map(
    (path) => ({
      path,
      kind: path === '/usr/bin' ? ('directory' as const) : ('file' as const),
      sizeBytes: 0,
    }),
  );
  const replaces = new Set(['replaced']);
  assert.deepEqual(conflictsOf({ name: 'n', replaces, entries }, base), [
    { path: '/usr/bin/x', owner: 'other' },
    { path: '/usr/bin/unowned', owner: null },
  ]);
  assert.deepEqual(conflictsOf({ name: 'mover', replaces, entries }, base), []);
});
