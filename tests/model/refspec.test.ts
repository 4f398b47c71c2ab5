import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PACKAGE_LIST_KEY, packageChanges } from '../../src/model/package-list.js';
import { isCommit, parseRefspec } from '../../src/model/refspec.js';

for (const [text, remote, ref] of [
  ['debian/12/amd64/minimal', null, 'debian/12/amd64/minimal'],
  ['vendor:debian/12', 'vendor', 'debian/12'],
  ['my-remote.1:main', 'my-remote.1', 'main'],
] as const)
  test(`${text} is a branch${remote === null ? '' : ' of a remote'}`, () => {
    assert.deepEqual(parseRefspec(text), { remote, ref });
  });

for (const text of ['', ':main', 'vendor:', 'a:b:c', '/main', 'a//b', '-x', 'a b', 'a\n'])
  test(`${JSON.stringify(text)} is no refspec`, () => {
    assert.throws(() => parseRefspec(text), { code: 'invalid-refspec', message: /REMOTE:BRANCH or BRANCH$/ });
  });

test('a checksum stands for a base that follows nothing', () => {
  assert.ok(isCommit('ab'.repeat(32)));
  assert.ok(!isCommit('debian/12'));
});

test('bases are compared by their package lists, where both have one', () => {
  const list = (...lines: readonly string[]) => ({ [PACKAGE_LIST_KEY]: lines });
  assert.deepEqual(packageChanges(list('a 1 all', 'b 1 all', 'c 1 amd64'), list('b 2 all', 'c 1 amd64', 'd 1 all')), {
    added: [{ name: 'd', version: '1' }],
    removed: [{ name: 'a', version: '1' }],
    changed: [{ name: 'b', from: '1', to: '2' }],
  });
  assert.equal(packageChanges({}, list('a 1 all')), null);
});
