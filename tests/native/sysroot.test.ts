import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DeploymentId } from '../../src/model/deployment.js';
import { deploymentId, stateroot } from '../../src/model/deployment.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { DEBIAN, ORIGIN, ostree, temporaryDirectory, tinySysroot } from './tiny-sysroot.js';

const KARGS = ['root=LABEL=root', 'quiet'];

test('a directory without a repo is no sysroot, said in one line', (t) => {
  const path = temporaryDirectory(t);
  assert.throws(() => Sysroot.open(path), {
    code: 'invalid-sysroot',
    message: `cannot open the sysroot ${path}: it has no ostree/repo`,
  });
});

test('a sysroot whose repo is damaged is refused with libostree’s reason in one line', (t) => {
  const path = join(temporaryDirectory(t), 'sysroot');
  Sysroot.initialize(path);
  writeFileSync(join(path, 'ostree/repo/config'), 'nonsense');
  assert.throws(() => Sysroot.open(path), { code: 'invalid-sysroot', message: /^cannot open the sysroot [^\n]+$/ });
});

test('a new sysroot has the modern layout, no deployments, and can be made twice', (t) => {
  const path = join(temporaryDirectory(t), 'sysroot');
  Sysroot.initialize(path);
  Sysroot.initialize(path);
  assert.deepEqual(readdirSync(path).sort(), ['boot', 'ostree']);
  using sysroot = Sysroot.open(path);
  assert.deepEqual(sysroot.deployments(), []);
  assert.deepEqual(sysroot.stateroots(), []);
  assert.equal(sysroot.isBooted(), false);
});

test('a deployment tells what it was made of', (t) => {
  const { sysroot, commit } = tinySysroot(t);
  const checksum = commit('1');
  const origin = '[origin]\nbaserefspec=base\n\n[packages]\nrequested=htop;vim;\n';
  const id = sysroot.deploy({ stateroot: DEBIAN, checksum, origin, merge: null, kargs: KARGS });
  const [deployment, ...others] = sysroot.deployments();
  assert.deepEqual(others, []);
  assert.ok(deployment);
  const { bootChecksum, kargs, path, origin: kept, ...rest } = deployment;
  assert.deepEqual(rest, {
    id,
    stateroot: DEBIAN,
    checksum,
    serial: 0,
    booted: false,
    staged: false,
    pinned: false,
    unlocked: 'none',
    finalizationLocked: false,
    commit: {
      timestampSeconds: 1_700_000_000,
      version: '1',
      subject: 'release 1',
      parent: null,
      metadata: { version: '1', 'ostree.bootable': true },
    },
  });
  assert.match(bootChecksum, /^[0-9a-f]{64}$/);
  assert.match(kargs, /^root=LABEL=root quiet ostree=\/ostree\/boot\.[01]\/debian\/[0-9a-f]{64}\/0$/);
  assert.equal(readFileSync(join(path, 'usr/share/release'), 'utf8'), '1');
  assert.equal(kept, origin);
  assert.match(ostree('admin', 'status', `--sysroot=${sysroot.path}`), new RegExp(`debian ${checksum}\\.0`));
});

test('a second deployment comes first, merges /etc, takes over the kernel arguments and drops nothing', (t) => {
  const { sysroot, commit } = tinySysroot(t);
  const one = sysroot.deploy({ stateroot: DEBIAN, checksum: commit('1'), origin: ORIGIN, merge: null, kargs: KARGS });
  writeFileSync(join(sysroot.deployments()[0]?.path ?? '', 'etc/local'), 'mine');
  const two = sysroot.deploy({ stateroot: DEBIAN, checksum: commit('2'), origin: ORIGIN, merge: one, kargs: null });
  const three = sysroot.deploy({
    stateroot: DEBIAN,
    checksum: commit('3'),
    origin: ORIGIN,
    merge: two,
    kargs: ['debug'],
  });
  const deployments = sysroot.deployments();
  assert.deepEqual(ids(sysroot), [three, two, one]);
  assert.deepEqual(
    deployments.map(({ kargs }) => kargs.replace(/ ?ostree=.*/, '')),
    ['debug', 'root=LABEL=root quiet', 'root=LABEL=root quiet'],
  );
  assert.equal(readFileSync(join(deployments[0]?.path ?? '', 'etc/local'), 'utf8'), 'mine');
  assert.match(ostree('fsck', `--repo=${sysroot.path}/ostree/repo`), /object fsck of 3 commits completed successfully/);
});

test('the same commit deployed again is another deployment', (t) => {
  const { sysroot, commit } = tinySysroot(t);
  const checksum = commit('1');
  const options = { stateroot: DEBIAN, checksum, origin: ORIGIN, merge: null, kargs: KARGS };
  const made = [sysroot.deploy(options), sysroot.deploy(options)];
  assert.deepEqual(
    made,
    [0, 1].map((serial) => deploymentId({ stateroot: DEBIAN, checksum, serial })),
  );
});

test('the order is what is asked for, and one left out is undeployed but not yet removed', (t) => {
  const { sysroot, one, two } = twoDeployments(t);
  sysroot.writeOrder([one, two]);
  assert.deepEqual(ids(sysroot), [one, two]);
  const left = sysroot.deployments()[1]?.path ?? '';
  sysroot.writeOrder([one]);
  assert.deepEqual(ids(sysroot), [one]);
  assert.ok(existsSync(left));
  sysroot.prepareCleanup();
  assert.ok(!existsSync(left));
  assert.ok(sysroot.repo().hasCommit(two.slice(7, 71) as never), 'not pruned');
  assert.equal(readdirSync(join(sysroot.path, 'boot/loader/entries')).length, 1);
});

test('one that was undeployed comes back as it was by its entry, while its directory is there', (t) => {
  const { sysroot, one, two } = twoDeployments(t);
  const before = sysroot.deployments();
  const entries = before.filter(({ id }) => id === one);
  sysroot.writeOrder([two]);
  sysroot.writeOrder([two, one], entries);
  assert.deepEqual(
    sysroot.deployments().map(({ kargs: _, ...rest }) => rest),
    before.map(({ kargs: _, ...rest }) => rest),
  );
  assert.deepEqual(
    sysroot.deployments().map(({ kargs }) => kargs.replace(/boot\.[01]/, '')),
    before.map(({ kargs }) => kargs.replace(/boot\.[01]/, '')),
  );
  assert.match(ostree('admin', 'status', `--sysroot=${sysroot.path}`), new RegExp(one.slice(7)));
  sysroot.writeOrder([two]);
  sysroot.prepareCleanup();
  assert.throws(() => sysroot.writeOrder([two, one], entries), {
    code: 'no-such-deployment',
    message: /directory is gone/,
  });
});

test('clean-up prunes what neither refs nor deployments need', (t) => {
  const { sysroot, one, two } = twoDeployments(t);
  const [newer, older] = sysroot.deployments().map(({ checksum }) => checksum);
  assert.ok(newer && older);
  // only the newer one has a ref; the older one is kept for its deployment
  assert.deepEqual(sysroot.repo().prune(), { objects: 0, freedBytes: 0 });
  assert.ok(sysroot.repo().hasCommit(older));
  sysroot.writeOrder([two]);
  sysroot.prepareCleanup();
  const { objects, freedBytes } = sysroot.repo().prune();
  assert.ok(objects > 0 && freedBytes > 0);
  assert.ok(!sysroot.repo().hasCommit(older));
  sysroot.repo().setRef('base', null);
  sysroot.cleanup();
  assert.ok(sysroot.repo().hasCommit(newer), 'its deployment keeps it');
  assert.throws(() => sysroot.writeOrder([one]), { code: 'no-such-deployment' });
  ostree('fsck', `--repo=${sysroot.path}/ostree/repo`);
});

test('pinning shows at once, and again, and in other readers', (t) => {
  const { sysroot, one } = twoDeployments(t);
  using reader = Sysroot.open(sysroot.path);
  for (const pinned of [true, false, true, true, false]) {
    sysroot.setPinned(one, pinned);
    reader.loadIfChanged();
    for (const each of [sysroot, reader])
      assert.deepEqual(
        each.deployments().map((deployment) => deployment.pinned),
        [false, pinned],
      );
  }
});

test('a reader sees every one of many quick changes', (t) => {
  const { sysroot, one, two } = twoDeployments(t);
  using reader = Sysroot.open(sysroot.path);
  for (let round = 0; round < 10; round++) {
    const order = round % 2 === 0 ? [one, two] : [two, one];
    sysroot.writeOrder(order);
    assert.equal(reader.loadIfChanged(), true);
    assert.deepEqual(ids(reader), order);
    assert.equal(reader.loadIfChanged(), false);
  }
});

test('deployments are the same array until something changes', (t) => {
  const { sysroot, one, two } = twoDeployments(t);
  const before = sysroot.deployments();
  assert.equal(sysroot.loadIfChanged(), false);
  assert.equal(sysroot.deployments(), before);
  sysroot.writeOrder([one, two]);
  assert.notEqual(sysroot.deployments(), before);
});

test('changes by another program are seen', (t) => {
  const { sysroot, two } = twoDeployments(t);
  ostree('admin', 'undeploy', `--sysroot=${sysroot.path}`, '1');
  assert.equal(sysroot.loadIfChanged(), true);
  assert.deepEqual(ids(sysroot), [two]);
});

test('the lock excludes another process until it is given back', (t) => {
  const { sysroot } = tinySysroot(t);
  const other = () =>
    spawnSync(process.execPath, ['--input-type=module', '-e', tryLock(sysroot.path)]).stdout.toString();
  assert.equal(sysroot.tryLock(), true);
  assert.equal(sysroot.tryLock(), true);
  assert.equal(other(), 'false');
  sysroot.unlock();
  assert.equal(other(), 'true');
});

test('what cannot be deployed is refused with its own code, and changes nothing', (t) => {
  const { sysroot, one, two } = twoDeployments(t);
  const checksum = sysroot.deployments()[0]?.checksum ?? assert.fail();
  const good = { stateroot: DEBIAN, checksum, origin: ORIGIN, merge: null, kargs: null };
  const missing = 'debian-0.0' as DeploymentId;
  const refused: readonly (readonly [string, () => unknown])[] = [
    ['no-such-stateroot', () => sysroot.deploy({ ...good, stateroot: stateroot('fedora') })],
    ['no-such-revision', () => sysroot.deploy({ ...good, checksum: '0'.repeat(64) as typeof checksum })],
    ['no-such-deployment', () => sysroot.deploy({ ...good, merge: missing })],
    ['invalid-origin', () => sysroot.deploy({ ...good, origin: 'no key file' })],
    ['wrong-state', () => sysroot.stage({ ...good, locked: false })],
    ['no-such-deployment', () => sysroot.writeOrder([one, missing])],
    ['invalid-argument', () => sysroot.writeOrder([one, one])],
    ['no-such-deployment', () => sysroot.setPinned(missing, true)],
  ];
  for (const [code, change] of refused)
    assert.throws(change, { name: 'AptOstreeError', code, message: /^cannot [^\n]+$/ });
  assert.deepEqual(ids(sysroot), [two, one]);
});

test('a tree that cannot boot is refused and leaves the order alone', (t) => {
  const { directory, sysroot, one, two } = twoDeployments(t);
  mkdirSync(join(directory, 'empty/usr/etc'), { recursive: true });
  const description = { ref: null, parent: null, subject: '', metadata: {}, timestampSeconds: 0 };
  const { checksum } = sysroot.repo().commitTree({ ...description, directory: join(directory, 'empty') });
  const options = { stateroot: DEBIAN, checksum, origin: ORIGIN, merge: null, kargs: null };
  assert.throws(() => sysroot.deploy(options), {
    code: 'ostree-failed',
    message: /^cannot deploy [0-9a-f]{64}: .*kernel/i,
  });
  assert.deepEqual(ids(sysroot), [two, one]);
  sysroot.cleanup();
  assert.equal(
    readdirSync(join(sysroot.path, 'ostree/deploy/debian/deploy')).length,
    4,
    'two deployments, two origins',
  );
});

test('a sysroot that became unreadable says so until it is repaired, and crashes nobody', (t) => {
  const { sysroot, one, two } = twoDeployments(t);
  const entry = join(sysroot.path, 'boot/loader/entries/ostree-9-debian.conf');
  const touch = () => utimesSync(join(sysroot.path, 'ostree/deploy'), Date.now() / 1000, Math.random());
  writeFileSync(entry, 'title broken\noptions quiet\n');
  touch();
  for (const look of [() => sysroot.loadIfChanged(), () => sysroot.deployments(), () => sysroot.writeOrder([one])])
    assert.throws(look, { code: 'ostree-failed', message: /^cannot read the sysroot [^\n]+ostree= kernel argument/ });
  rmSync(entry);
  assert.deepEqual(ids(sysroot), [two, one]);
});

test('nothing of a sysroot can be used after its end', (t) => {
  const { sysroot } = tinySysroot(t);
  const another = Sysroot.open(sysroot.path);
  const repo = another.repo();
  another[Symbol.dispose]();
  another[Symbol.dispose]();
  assert.throws(() => another.deployments(), { code: 'internal' });
  assert.throws(() => repo.refs(null), { code: 'internal' });
});

test('libostree writes nothing on stdout', (t) => {
  const { sysroot, two } = twoDeployments(t);
  sysroot.writeOrder([two]);
  const script = `import { Sysroot } from '${module('sysroot')}'; Sysroot.open('${sysroot.path}').cleanup();`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  assert.deepEqual([stdout.toString(), stderr.toString(), status], ['', '', 0]);
});

function twoDeployments(t: Parameters<typeof tinySysroot>[0]) {
  const tiny = tinySysroot(t);
  const { sysroot, commit } = tiny;
  const one = sysroot.deploy({ stateroot: DEBIAN, checksum: commit('1'), origin: ORIGIN, merge: null, kargs: KARGS });
  const two = sysroot.deploy({ stateroot: DEBIAN, checksum: commit('2'), origin: ORIGIN, merge: one, kargs: null });
  return { ...tiny, one, two };
}

function ids(sysroot: Sysroot): readonly DeploymentId[] {
  return sysroot.deployments().map(({ id }) => id);
}

function tryLock(path: string): string {
  return `import { Sysroot } from '${module('sysroot')}'; process.stdout.write(String(Sysroot.open('${path}').tryLock()));`;
}

function module(name: string): string {
  return new URL(`../../src/native/${name}.js`, import.meta.url).href;
}
