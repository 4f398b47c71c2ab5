// How a deployment boots, changed without what it holds, and kept by what comes after.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Deployment } from '../../src/model/deployment.js';
import { parseOrigin } from '../../src/model/origin.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { fileSysroot } from './file-sysroot.js';
import { checkOut, DEPLOY, install } from './layering.js';

const { sysroot, debs } = await fileSysroot();

/** As an operation without a refresh of the indexes. */
const ALL = DEPLOY.filter((step) => step !== 'metadata.refresh');
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

test('an initramfs of this machine holds what the origin asks for, and is made anew with each layer', async () => {
  writeFileSync(join(deployments()[0]?.path ?? '', 'etc/only-here'), 'of this machine\n');
  const args = ['-I', '/etc/only-here'];
  const enabled = await install(sysroot, { kind: 'initramfs', regenerate: true, args }, ALL);
  assert.equal(enabled.failure, null);
  assert.ok(enabled.facts.finished?.kernel);
  const [first] = deployments();
  assert.match(first?.kargs ?? '', /debug/);
  assert.deepEqual(parseOrigin(first?.origin ?? '').initramfsArgs, args);
  assert.match(contents(first), /etc\/only-here$/m);
  assert.match(contents(first), /ostree-prepare-root$/m);

  const local = [debs.build({ name: 'boot-three', files: { 'usr/share/boot-three': 'x' } })];
  assert.equal((await install(sysroot, { local }, DEPLOY)).failure, null);
  assert.match(contents(deployments()[0]), /etc\/only-here$/m);

  const repeated = await install(sysroot, { kind: 'initramfs', regenerate: true, args }, ALL);
  assert.deepEqual(repeated.failure, {
    code: 'wrong-state',
    message: 'cannot change the initramfs: its regeneration is already enabled',
  });
});

test('without requests, a disabled initramfs leads back to the base itself', async () => {
  assert.equal((await install(sysroot, { kind: 'uninstall', removeAll: true }, DEPLOY)).failure, null);
  assert.notEqual(deployments()[0]?.checksum, sysroot.commit);
  assert.match(contents(deployments()[0]), /etc\/only-here$/m);
  assert.equal((await install(sysroot, { kind: 'initramfs', regenerate: false }, ALL)).failure, null);
  const [bare] = deployments();
  assert.equal(bare?.checksum, sysroot.commit);
  assert.match(bare?.origin ?? '', /^refspec=/m);
  assert.doesNotMatch(contents(bare), /only-here/);
});

/** Paths in a deployment's initramfs. */
function contents(deployment: Deployment | undefined): string {
  using tree = checkOut(sysroot, deployment?.checksum);
  return tree.run('lsinitrd /usr/lib/modules/*/initramfs.img').output;
}

function deployments(): readonly Deployment[] {
  using open = Sysroot.open(sysroot.path);
  return open.deployments();
}
