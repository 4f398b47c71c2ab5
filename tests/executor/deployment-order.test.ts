// Which deployments a rollback, a clean-up and the retention rule choose.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removable } from '../../src/executor/steps/deployments-choose.js';
import { finalizable } from '../../src/executor/steps/finalization-choose.js';
import { rollbackTarget } from '../../src/executor/steps/order-choose.js';
import { pinnable } from '../../src/executor/steps/pin-choose.js';
import { retained } from '../../src/executor/tidy.js';
import { stateroot } from '../../src/model/deployment.js';
import { type CleanupRequest, parseRequest } from '../../src/model/request.js';
import { deployments, positions } from './sample-deployments.js';

const DEBIAN = stateroot('debian');

for (const [line, target] of [
  ['first second', 1],
  ['booted* rollback', 1],
  ['pending booted* rollback', 1],
  ['x@other first second', 2],
] as const)
  test(`of "${line}" a rollback boots number ${target}`, () => {
    assert.equal(rollbackTarget(deployments(line), DEBIAN).serial, target);
  });

test('a rollback of a lone deployment, or beside a staged one, is refused in words', () => {
  assert.throws(() => rollbackTarget(deployments('only'), DEBIAN), { code: 'no-such-deployment', message: /no other/ });
  assert.throws(() => rollbackTarget(deployments('new+ booted* old'), DEBIAN), { message: /cleanup --pending/ });
});

for (const [line, flags, gone] of [
  ['first second third', { rollback: true }, [1, 2]],
  ['first second third', { pending: true }, []],
  ['new+ booted* old', { pending: true }, [0]],
  ['new+ booted* old', { rollback: true }, [2]],
  ['new booted* old! older', { rollback: true, pending: true }, [0, 3]],
  ['booted* x@other old', { rollback: true }, [2]],
] as const)
  test(`of "${line}" a clean-up of ${Object.keys(flags).join(' and ')} removes [${gone.join()}]`, () => {
    const request = parseRequest({ kind: 'cleanup', stateroot: 'debian', ...flags }) as CleanupRequest;
    assert.deepEqual(positions(line, removable(deployments(line), request)), gone);
  });

const FINALIZE = { stateroot: DEBIAN, checksum: null, allowUnlocked: true } as const;

test('what is finalized is staged, and the one that is meant', () => {
  const present = deployments('new+ booted* old');
  assert.equal(finalizable(present, FINALIZE).serial, 0);
  assert.equal(finalizable(present, { ...FINALIZE, checksum: present[0]?.checksum ?? '' }).serial, 0);
  for (const [line, change, says] of [
    ['booted* old', {}, /no deployment is staged$/],
    ['new+ booted*', { checksum: '9'.repeat(64) }, /expected 9+ to be staged, and found 0+$/],
    ['new+ booted*', { allowUnlocked: false }, /is not locked$/],
  ] as const)
    assert.throws(() => finalizable(deployments(line), { ...FINALIZE, ...change }), {
      code: 'wrong-state',
      message: says,
    });
});

test('what is pinned is there, and not staged', () => {
  const present = deployments('new+ booted* old');
  assert.equal(pinnable(present, '2', true).serial, 2);
  assert.equal(pinnable(present, present[1]?.id ?? '', false).serial, 1);
  assert.throws(() => pinnable(present, '0', true), { code: 'wrong-state' });
  assert.throws(() => pinnable(present, '3', true), { code: 'no-such-deployment' });
});

for (const [line, kept] of [
  ['new old older', [0, 1]],
  ['new! old! older! oldest', [0, 1, 2]],
  ['new+ booted* old older', [0, 1, 2]],
  ['pending other booted* old older', [0, 2, 3]],
  ['new old older x@other y@other z@other', [0, 1, 3, 4]],
] as const)
  test(`of "${line}" retention keeps [${kept.join()}]`, () => {
    assert.deepEqual(positions(line, retained(deployments(line))), kept);
  });
