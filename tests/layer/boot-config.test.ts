// How a deployment boots, changed without what it holds, and kept by what comes after.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Deployment } from '../../src/model/deployment.js';
import { parseOrigin } from '../../src/model/origin.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { DebFactory } from './deb.js';
import { DEPLOY, install, type LayeringSysroot, layeringSysroot } from './layering.js';

let sysroot: LayeringSysroot;
const debs = new DebFactory();

before(async () => {
  sysroot = await layeringSysroot();
});
after(() => {
  sysroot.remove();
  debs[Symbol.dispose]();
});

const KARGS = ['kargs.resolve', 'deployment.write'] as const;

test('other kernel arguments make a deployment of the same commit, with its requests', async () => {
  const local = [debs.build({ name: 'boot-one', files: { 'usr/share/boot-one': 'x' } })];
  assert.equal((await install(sysroot, { local }, DEPLOY)).failure, null);
  const [layered] = deployments();
  const changed = await install(
    sysroot,
    { kind: 'kargs', append: ['debug'], replace: ['root=LABEL=root=LABEL=other'] },
    KARGS,
  );
  assert.equal(changed.failure, null);
  const [next, previous] = deployments();
  assert.equal(next?.checksum, layered?.checksum);
  assert.equal(previous?.id, layered?.id);
  assert.match(next?.kargs ?? '', /^root=LABEL=other rw debug ostree=\S+$/);
  assert.match(previous?.kargs ?? '', /^root=LABEL=root rw ostree=\S+$/);
  const origin = parseOrigin(next?.origin ?? '');
  assert.deepEqual(origin.requestedLocal, parseOrigin(layered?.origin ?? '').requestedLocal);
  assert.equal(origin.transaction, changed.transaction);
});

test('the arguments are kept by what is layered afterwards', async () => {
  const local = [debs.build({ name: 'boot-two', files: { 'usr/share/boot-two': 'x' } })];
  assert.equal((await install(sysroot, { local }, DEPLOY)).failure, null);
  assert.match(deployments()[0]?.kargs ?? '', /^root=LABEL=other rw debug ostree=\S+$/);
});

test('arguments that are there already change nothing', async () => {
  const { unchanged, facts } = await install(sysroot, { kind: 'kargs', appendIfMissing: ['debug'] }, KARGS);
  assert.equal(unchanged, 'No changes.');
  assert.equal(facts.deployment, undefined);
});

test('what is to be deleted must be there', async () => {
  const { failure } = await install(sysroot, { kind: 'kargs', delete: ['nonsense'] }, KARGS);
  assert.deepEqual(failure, {
    code: 'invalid-argument',
    message: "cannot change the kernel arguments: no key 'nonsense' found",
  });
});

function deployments(): readonly Deployment[] {
  using open = Sysroot.open(sysroot.path);
  return open.deployments();
}
