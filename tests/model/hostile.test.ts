// Requests, origins and errors from whatever a client, a file or a script can make up.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AptOstreeError, failureOf, MAX_MESSAGE } from '../../src/model/errors.js';
import { operationOf } from '../../src/model/operations.js';
import { formatOrigin, type Origin, parseOrigin } from '../../src/model/origin.js';
import { packageName, parseLocal } from '../../src/model/package.js';
import { isSameRequest, parseRequest } from '../../src/model/request.js';
import { MAX_PACKAGES, refuseExcess } from '../../src/model/request-limits.js';
import { anyJson, assertOneLine, damaged, nastyText, refusedOrRead, runs } from '../hostile/fuzz.js';

const KINDS = ['install', 'uninstall', 'deploy', 'rollback', 'cleanup', 'refresh-md'];
const FLAGS = [
  ...['removeAll', 'allowInactive', 'idempotent', 'dryRun', 'cacheOnly', 'downloadOnly', 'lockFinalization'],
  ...['reboot', 'base', 'pending', 'rollback', 'metadata', 'force'],
];

/** Objects that look much like requests. */
const requests = fc
  .tuple(
    fc.record(
      {
        kind: fc.oneof(fc.constantFrom(...KINDS), anyJson),
        stateroot: fc.oneof(fc.constantFrom('debian', 'a b', '..'), anyJson),
        add: fc.oneof(fc.array(fc.oneof(fc.constantFrom('htop', 'vim:amd64'), nastyText)), anyJson),
        remove: fc.oneof(fc.array(nastyText), anyJson),
        local: fc.oneof(fc.array(nastyText.map((each) => `/${each}`)), anyJson),
        plan: fc.oneof(fc.constant('ab'.repeat(32)), anyJson),
        revision: fc.oneof(nastyText, anyJson),
      },
      { requiredKeys: ['kind', 'stateroot'] },
    ),
    fc.dictionary(fc.constantFrom(...FLAGS), fc.oneof(fc.boolean(), anyJson)),
  )
  .map(([members, flags]) => ({ ...members, ...flags }));

describe('requests', () => {
  it('are read to a value that reads as itself, or refused', () => {
    fc.assert(
      fc.property(fc.oneof(requests, anyJson), (given) => {
        const request = refusedOrRead(() => parseRequest(given));
        if (request === null) return;
        assert.deepEqual(parseRequest(JSON.parse(JSON.stringify(request))), request);
        assert.ok(isSameRequest(request, request));
      }),
      runs(1500),
    );
  });

  it('that clients may make have a title of printable words', () => {
    fc.assert(
      fc.property(requests, (given) => {
        const request = refusedOrRead(() => {
          const read = parseRequest(given);
          refuseExcess(read);
          return read;
        });
        if (request !== null) assertOneLine(operationOf(request).title);
      }),
      runs(1000),
    );
  });

  it('are refused when they name too much, or too long', () => {
    const parse = (members: object) => refuseExcess(parseRequest({ kind: 'install', stateroot: 'debian', ...members }));
    const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
    parse({ add: names(MAX_PACKAGES) });
    assert.throws(() => parse({ add: names(MAX_PACKAGES + 1) }), {
      code: 'invalid-argument',
      message: /^cannot install: 1001 packages are more/,
    });
    assert.throws(() => parse({ local: [`/${'x'.repeat(5000)}`] }), { code: 'invalid-argument' });
    assert.throws(() => parse({ local: names(100).map((each) => `/${each}${'x'.repeat(4000)}`) }), {
      code: 'invalid-argument',
    });
    assert.throws(() => parse({ kind: 'uninstall', remove: ['a\nb'] }), { code: 'invalid-argument' });
  });

  it('have package names by Policy and nothing else', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        const name = refusedOrRead(() => packageName(text));
        if (name !== null) assert.match(name, /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?$/);
      }),
      runs(500),
    );
  });
});

describe('origins', () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,10}$/);
  const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}x$/);
  const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
  const origins: fc.Arbitrary<Origin> = fc.record({
    refspec: fc.stringMatching(/^[a-z]{1,5}:[a-z0-9/]{1,10}$/),
    overrideCommit: fc.option(fc.constant('ab'.repeat(32))),
    requested: fc.array(word, { maxLength: 3 }),
    requestedLocal: fc.array(
      word.map((each) => `${'cd'.repeat(32)}:${each}_1_all`),
      { maxLength: 2 },
    ),
    regenerateInitramfs: fc.boolean(),
    initramfsArgs: fc.array(word, { maxLength: 2 }),
    transaction: fc.option(fc.constant('0'.repeat(32))),
    other: fc.uniqueArray(fc.record({ group: fc.constantFrom('origin', 'own', 'rpmostree'), key, value }), {
      selector: ({ group, key }) => `${group}/${key}`,
      maxLength: 3,
    }),
  });

  it('are read back as they are written', () => {
    fc.assert(
      fc.property(origins, (origin) => {
        const read = parseOrigin(formatOrigin(origin));
        const sorted = (other: Origin['other']) => [...other].map((each) => JSON.stringify(each)).sort();
        assert.deepEqual({ ...read, other: sorted(read.other) }, { ...origin, other: sorted(origin.other) });
      }),
      runs(500),
    );
  });

  it('are read or refused, however damaged', () => {
    const samples = fc.sample(origins, { numRuns: 10, seed: 1 }).map(formatOrigin);
    fc.assert(
      fc.property(fc.oneof(damaged(samples), nastyText), (text) => {
        const origin = refusedOrRead(() => parseOrigin(text));
        if (origin !== null) refusedOrRead(() => parseOrigin(formatOrigin(origin)));
      }),
      runs(1000),
    );
  });

  it('name local packages that are read or refused', () => {
    const like = fc
      .tuple(fc.constantFrom('ab'.repeat(32), 'x'), nastyText, nastyText)
      .map(([hash, a, b]) => `${hash}:${a}_${b}_all`);
    fc.assert(
      fc.property(fc.oneof(like, nastyText), (text) => {
        refusedOrRead(() => parseLocal(text));
      }),
      runs(500),
    );
  });
});

describe('errors', () => {
  it('are one printable line of bounded length, whatever they quote', () => {
    fc.assert(
      fc.property(fc.oneof(nastyText, fc.string({ unit: 'binary' })), (text) => {
        for (const error of [new AptOstreeError('dpkg-failed', `cannot use it: ${text}`), new TypeError(text), text]) {
          const { message } = failureOf(error);
          assertOneLine(message);
          assert.ok(message.length <= 6 * (MAX_MESSAGE + 20));
        }
      }),
      runs(500),
    );
  });

  it('show what a terminal would have obeyed', () => {
    const { message } = new AptOstreeError('script-failed', 'its last words: \x1b]0;owned\x07\n\u202eback');
    assert.equal(message, 'its last words: \\x1b]0;owned\\x07\\x0a\\x202eback');
  });
});
