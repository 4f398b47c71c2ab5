import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AptOstreeError } from '../../src/model/errors.js';
import { isSameRequest, parseRequest } from '../../src/model/request.js';

const install = (members: object) => () => parseRequest({ kind: 'install', stateroot: 'debian', ...members });

const REFUSED: readonly { readonly title: string; readonly parse: () => unknown; readonly says: RegExp }[] = [
  { title: 'no package', parse: install({}), says: /no package named/ },
  {
    title: 'a name dpkg would refuse',
    parse: install({ add: ['Foo;rm'] }),
    says: /cannot use "Foo;rm" as a package name/,
  },
  { title: 'an option in place of a name', parse: install({ add: ['--force'] }), says: /as a package name/ },
  { title: 'a relative local path', parse: install({ local: ['a.deb'] }), says: /not an absolute path/ },
  { title: 'a plan that is no hash', parse: install({ add: ['a1'], plan: 'x' }), says: /not a plan hash/ },
  {
    title: 'both ways at once',
    parse: install({ add: ['a1'], remove: ['a1'] }),
    says: /both installed and uninstalled/,
  },
  { title: 'a member of another type', parse: install({ add: 'htop' }), says: /add is not a list/ },
  {
    title: 'a stateroot with a slash',
    parse: install({ add: ['a1'], stateroot: '../x' }),
    says: /name of a stateroot/,
  },
  {
    title: 'an unknown kind',
    parse: () => parseRequest({ kind: 'explode', stateroot: 'debian' }),
    says: /no such operation/,
  },
  {
    title: 'an empty cleanup',
    parse: () => parseRequest({ kind: 'cleanup', stateroot: 'debian' }),
    says: /at least one/,
  },
  { title: 'no object', parse: () => parseRequest([1]), says: /not an object/ },
];

for (const { title, parse, says } of REFUSED) {
  test(`refuses ${title} in one line`, () => {
    assert.throws(parse, (error) => {
      assert.ok(error instanceof AptOstreeError);
      assert.equal(error.code, 'invalid-argument');
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  });
}

test('the same request is told from another', () => {
  const one = install({ add: ['htop'] })();
  assert.ok(isSameRequest(one, install({ add: ['htop'], cacheOnly: false })()));
  assert.ok(!isSameRequest(one, install({ add: ['htop'], cacheOnly: true })()));
});
