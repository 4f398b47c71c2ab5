// A base that no remote renews: apt upgrades it, as a commit of its own, and what is layered is layered on that.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { baseOf, type Deployment } from '../../src/model/deployment.js';
import { parseOrigin } from '../../src/model/origin.js';
import type { StepKind } from '../../src/model/steps.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { fileSysroot } from './file-sysroot.js';
import { checkOut, DEPLOY, install } from './layering.js';
import { publish } from './local-archive.js';

const { sysroot, debs } = await fileSysroot();
const directory = mkdtempSync(join(tmpdir(), 'standalone-'));

after(() => rmSync(directory, { recursive: true }));

const FIND: readonly StepKind[] = ['update.pull', 'metadata.refresh', 'base.resolve'];
const UPGRADE: readonly StepKind[] = [
  ...FIND,
  'base.fetch',
  'base.assemble',
  'base.commit',
  ...DEPLOY.filter((step) => step !== 'metadata.refresh'),
];

test('with nothing newer in the sources there is no upgrade', async () => {
  publish(place(), [debs.build({ name: 'unrelated', files: { 'usr/share/unrelated': 'x' } })]);
  const { failure, unchanged, facts } = await install(sysroot, { kind: 'upgrade' }, UPGRADE);
  assert.deepEqual([failure, unchanged, facts.baseUpgrade], [null, 'No upgrade available.', null]);
  const check = await install(sysroot, { kind: 'upgrade', check: true }, [...FIND, 'packages.resolve']);
  assert.equal(check.unchanged, 'No updates available.');
});

test('newer packages of the base, and what they need, become a new base', async () => {
  publish(place(), [
    debs.build({
      name: 'usr-is-merged',
      version: '999',
      depends: 'upgrade-helper',
      files: { 'usr/share/upgraded': 'once\n' },
    }),
    debs.build({
      name: 'upgrade-helper',
      files: { 'usr/share/helper': 'x\n', 'var/lib/upgrade-helper/state': '0\n' },
      scripts: { postinst: 'groupadd --system --gid 977 upgraders' },
    }),
  ]);
  const check = await install(sysroot, { kind: 'upgrade', check: true }, [...FIND, 'packages.resolve']);
  assert.deepEqual([check.failure, check.unchanged], [null, null]);
  assert.deepEqual(check.facts.baseUpgrade?.changes.added, [{ name: 'upgrade-helper', version: '1.0' }]);
  const { failure, facts } = await install(sysroot, { kind: 'upgrade' }, UPGRADE);
  assert.equal(failure, null);
  const [next] = deployments();
  assert.equal(next?.checksum, facts.revision?.checksum);
  assert.equal(next?.commit.parent, sysroot.commit);
  assert.match(next?.commit.version ?? '', /^12\S*\+1$/);
  assert.ok(facts.update?.packages?.changed.some(({ name, to }) => name === 'usr-is-merged' && to === '999'));
  const origin = parseOrigin(next?.origin ?? '');
  assert.deepEqual([origin.refspec, origin.overrideCommit], [sysroot.ref, null]);
  using tree = checkOut(sysroot, next?.checksum);
  assert.equal(
    tree.run('cat /usr/share/upgraded /usr/share/helper /var/lib/upgrade-helper/state').output,
    'once\nx\n0\n',
  );
  assert.match(tree.run('getent group upgraders').output, /^upgraders:x:977:/);
  assert.match(tree.run('dpkg-query --show usr-is-merged upgrade-helper').output, /usr-is-merged\t999\n/);
  assert.equal(tree.run('apt-mark showauto upgrade-helper').output, 'upgrade-helper\n');
  assert.equal(tree.run('dpkg --audit').output, '');
});

test('what is upgraded stays, and there is nothing more to upgrade', async () => {
  assert.equal((await install(sysroot, { kind: 'upgrade' }, UPGRADE)).unchanged, 'No upgrade available.');
});

test('a layer is put on the upgraded base, and on the one after it', async () => {
  const [base] = deployments();
  const local = [debs.build({ name: 'on-top', files: { 'usr/share/on-top': 'x' } })];
  assert.equal((await install(sysroot, { local }, DEPLOY)).failure, null);
  const [layered] = deployments();
  assert.equal(layered && baseOf(layered), base?.checksum);

  const newer = { name: 'usr-is-merged', version: '1000', files: { 'usr/share/upgraded': 'twice\n' } };
  publish(place(), [debs.build(newer)]);
  const { failure, facts } = await install(sysroot, { kind: 'upgrade' }, UPGRADE);
  assert.equal(failure, null);
  const [next] = deployments();
  assert.equal(next && baseOf(next), facts.update?.checksum);
  assert.match(next?.commit.version ?? '', /^12\S*\+2$/);
  using tree = checkOut(sysroot, next?.checksum);
  assert.equal(tree.run('cat /usr/share/upgraded /usr/share/helper /usr/share/on-top').output, 'twice\nx\nx');
  assert.match(tree.run('getent group upgraders').output, /^upgraders:x:977:/);
});

test('a package that would have to go is not removed: the upgrade is refused, and says what stands against it', async () => {
  const before = deployments().map(({ id }) => id);
  publish(place(), [
    debs.build({
      name: 'usr-is-merged',
      version: '1001',
      fields: { Conflicts: 'procps' },
      files: { 'usr/share/x': '' },
    }),
  ]);
  const { failure, facts } = await install(sysroot, { kind: 'upgrade' }, UPGRADE);
  // apt keeps what it has, or says why not: in no case does a package go
  assert.deepEqual(facts.baseUpgrade?.changes.removed ?? [], []);
  if (failure !== null) assert.equal(failure.code, 'unsolvable');
  assert.deepEqual(
    deployments().map(({ id }) => id),
    before,
  );
});

test('a new kernel takes the place of the old one', async () => {
  const [release = ''] = readdirSync(join(deployments()[0]?.path ?? '', 'usr/lib/modules'));
  publish(place(), [
    kernel(release, '9.9-fake'),
    debs.build({
      name: 'linux-image-cloud-amd64',
      version: '999',
      depends: 'linux-image-9.9-fake',
      fields: { Architecture: 'amd64' },
      files: { 'usr/share/doc/kernel-meta': '' },
    }),
    // what stood against the upgrade before is gone
    debs.build({ name: 'usr-is-merged', version: '1002', files: { 'usr/share/upgraded': 'again\n' } }),
  ]);
  const { failure, facts } = await install(sysroot, { kind: 'upgrade' }, UPGRADE);
  assert.equal(failure, null);
  assert.equal(facts.baseFinished?.kernel, '9.9-fake');
  const [next] = deployments();
  const modules = join(next?.path ?? '', 'usr/lib/modules');
  assert.deepEqual(readdirSync(modules), ['9.9-fake']);
  assert.ok(readdirSync(join(modules, '9.9-fake')).includes('initramfs.img'));
  assert.equal(facts.revision && metadata(facts.revision.checksum, 'ostree.linux'), '9.9-fake');
  using tree = checkOut(sysroot, next?.checksum);
  assert.doesNotMatch(tree.run('dpkg-query --list').output, new RegExp(`^ii  linux-image-${release}`, 'm'));
});

/** The kernel of the base under another name. */
function kernel(release: string, name: string): string {
  const root = join(directory, 'kernel');
  const from = join(deployments()[0]?.path ?? '', 'usr/lib/modules', release);
  mkdirSync(join(root, 'usr/lib/modules'), { recursive: true });
  mkdirSync(join(root, 'boot'));
  mkdirSync(join(root, 'DEBIAN'));
  execFileSync('cp', ['-a', from, join(root, 'usr/lib/modules', name)]);
  cpSync(join(from, 'vmlinuz'), join(root, 'boot', `vmlinuz-${name}`));
  for (const each of ['vmlinuz', 'initramfs.img', 'config', 'System.map'])
    rmSync(join(root, 'usr/lib/modules', name, each), { force: true });
  const control = `Package: linux-image-${name}\nVersion: 1\nArchitecture: amd64\nMaintainer: Test <t@example.org>\nDescription: a kernel\n`;
  writeFileSync(join(root, 'DEBIAN/control'), control);
  const file = join(directory, `linux-image-${name}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', root, file], { stdio: 'ignore' });
  return file;
}

function metadata(checksum: string, key: string): unknown {
  using open = Sysroot.open(sysroot.path);
  return open.repo().commitFacts(checksum as Deployment['checksum']).metadata[key];
}

function place() {
  const stateroot = join(sysroot.path, 'ostree/deploy/debian');
  return { stateroot, etc: join(deployments()[0]?.path ?? '', 'etc') };
}

function deployments(): readonly Deployment[] {
  using open = Sysroot.open(sysroot.path);
  return open.deployments();
}
