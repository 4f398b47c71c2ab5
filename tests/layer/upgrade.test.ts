// Bases from a remote with signatures: pulled when a key of the remote signed them, and the layer put on them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Checksum, checksum, type Deployment } from '../../src/model/deployment.js';
import { parseOrigin } from '../../src/model/origin.js';
import type { StepKind } from '../../src/model/steps.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { fileSysroot } from './file-sysroot.js';
import { DEPLOY, install } from './layering.js';
import { SigningKey } from './signing-key.js';

const { sysroot, debs } = await fileSysroot();
const directory = mkdtempSync(join(tmpdir(), 'upgrade-'));
const vendor = join(directory, 'vendor');
const key = new SigningKey(directory, 'vendor');
const stranger = new SigningKey(directory, 'stranger');

before(() => {
  ostree('init', `--repo=${vendor}`, '--mode=archive');
  ostree('pull-local', `--repo=${vendor}`, `${sysroot.path}/ostree/repo`, sysroot.commit);
  release('1', key);
  const repo = `--repo=${sysroot.path}/ostree/repo`;
  ostree('remote', 'add', repo, `--gpg-import=${key.publicFile}`, 'vendor', `file://${vendor}`);
});
after(() => {
  key[Symbol.dispose]();
  stranger[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

/** What is not about packages is done without a network. */
const UPDATE: readonly StepKind[] = ['update.pull', ...DEPLOY.filter((step) => step !== 'metadata.refresh')];
const CHECK: readonly StepKind[] = ['update.pull', 'packages.resolve'];

test('a rebase follows the remote, and keeps what is layered', async () => {
  const local = [debs.build({ name: 'carried', files: { 'usr/share/carried': 'x' } })];
  assert.equal((await install(sysroot, { local }, DEPLOY)).failure, null);
  const { failure, facts } = await install(sysroot, { kind: 'rebase', refspec: 'vendor:main' }, UPDATE);
  assert.equal(failure, null);
  const [next] = deployments();
  const origin = parseOrigin(next?.origin ?? '');
  assert.deepEqual([origin.refspec, origin.overrideCommit, origin.requestedLocal.length], ['vendor:main', null, 1]);
  assert.equal(next?.commit.metadata['apt-ostree.base-checksum'], facts.revision?.checksum);
  assert.equal(read(next, 'usr/share/release'), '1');
  assert.equal(read(next, 'usr/share/carried'), 'x');
});

test('without a newer commit there is no upgrade', async () => {
  const { unchanged, facts } = await install(sysroot, { kind: 'upgrade' }, UPDATE);
  assert.equal(unchanged, 'No upgrade available.');
  assert.equal(facts.update, null);
  assert.equal((await install(sysroot, { kind: 'upgrade', check: true }, CHECK)).unchanged, 'No updates available.');
});

test('a check tells of a newer base and downloads none of its files', async () => {
  const commit = release('2', key);
  const { failure, unchanged, facts } = await install(sysroot, { kind: 'upgrade', check: true }, CHECK);
  assert.deepEqual([failure, unchanged], [null, null]);
  assert.equal(facts.update?.checksum, commit);
  assert.equal(facts.update?.version, '2');
  assert.deepEqual(facts.update?.packages, { added: [], removed: [], changed: [] });
  using open = Sysroot.open(sysroot.path);
  assert.equal(open.repo().hasCommit(commit), false);
});

test('only the cache cannot give what was not downloaded', async () => {
  const { failure } = await install(sysroot, { kind: 'upgrade', cacheOnly: true }, UPDATE);
  assert.equal(failure?.code, 'no-such-revision');
  assert.match(failure?.message ?? '', /^cannot upgrade to vendor:main: its commit \S+ has not been downloaded$/);
});

test('an upgrade downloads the newer base and layers on it; downloaded before, it needs no remote', async () => {
  const fetched = await install(sysroot, { kind: 'upgrade', downloadOnly: true }, UPDATE.slice(0, 3));
  assert.equal(fetched.failure, null);
  execFileSync('mv', [vendor, `${vendor}.away`]);
  const offline = await install(sysroot, { kind: 'upgrade' }, UPDATE);
  assert.equal(offline.failure?.code, 'fetch-failed');
  const { failure } = await install(sysroot, { kind: 'upgrade', cacheOnly: true }, UPDATE);
  execFileSync('mv', [`${vendor}.away`, vendor]);
  assert.equal(failure, null);
  const [next] = deployments();
  assert.equal(read(next, 'usr/share/release'), '2');
  assert.equal(read(next, 'usr/share/carried'), 'x');
});

test('a commit that is not signed is refused, and nothing changes', async () => {
  const present = deployments().map(({ id }) => id);
  release('3', null);
  const { failure } = await install(sysroot, { kind: 'upgrade' }, UPDATE);
  assert.equal(failure?.code, 'signature-invalid');
  assert.match(failure?.message ?? '', /^cannot pull main from vendor: .*no signatures found/);
  assert.deepEqual(
    deployments().map(({ id }) => id),
    present,
  );
});

test('a commit that a stranger signed is refused as well', async () => {
  release('4', stranger);
  const { failure } = await install(sysroot, { kind: 'upgrade' }, UPDATE);
  assert.equal(failure?.code, 'signature-invalid');
  assert.equal(read(deployments()[0], 'usr/share/release'), '2');
});

test('a base that is older is taken only when that was asked for', async () => {
  release('5', key, '2020-01-01');
  const refused = await install(sysroot, { kind: 'upgrade' }, UPDATE);
  assert.equal(refused.failure?.code, 'wrong-state');
  assert.match(
    refused.failure?.message ?? '',
    /of 2020-01-01T\S+: it is chronologically older than .*--allow-downgrade$/,
  );
  const { failure } = await install(sysroot, { kind: 'upgrade', allowDowngrade: true }, UPDATE);
  assert.equal(failure, null);
  assert.equal(read(deployments()[0], 'usr/share/release'), '5');
});

test('where nothing is layered, an upgrade asks apt for nothing', async () => {
  assert.equal((await install(sysroot, { kind: 'uninstall', removeAll: true }, DEPLOY)).failure, null);
  rmSync(join(sysroot.path, 'ostree/deploy/debian/var/lib/apt'), { recursive: true });
  release('6', key);
  const steps: readonly StepKind[] = ['update.pull', 'metadata.refresh', ...UPDATE.slice(1)];
  const { failure } = await install(sysroot, { kind: 'upgrade' }, steps, { offline: true });
  assert.equal(failure, null);
  assert.equal(read(deployments()[0], 'usr/share/release'), '6');
});

test('a remote that does not exist is named', async () => {
  const { failure } = await install(sysroot, { kind: 'rebase', refspec: 'nowhere:main' }, UPDATE);
  assert.equal(failure?.code, 'fetch-failed');
  assert.match(failure?.message ?? '', /Remote "nowhere" not found$/);
});

/** Publishes the base with one file that tells the release. */
function release(name: string, signer: SigningKey | null, date = new Date().toISOString()): Checksum {
  const extra = join(directory, 'extra');
  rmSync(extra, { recursive: true, force: true });
  mkdirSync(join(extra, 'usr/share'), { recursive: true });
  writeFileSync(join(extra, 'usr/share/release'), name);
  const metadata = ['ostree.bootable', 'apt-ostree.packages-list'].map((each) => `--keep-metadata=${each}`);
  const commit = ostree(
    'commit',
    `--repo=${vendor}`,
    '--branch=main',
    `--parent=${sysroot.commit}`,
    `--tree=ref=${sysroot.commit}`,
    `--tree=dir=${extra}`,
    '--owner-uid=0',
    '--owner-gid=0',
    `--timestamp=${date}`,
    `--add-metadata-string=version=${name}`,
    ...metadata,
    ...(signer?.commitOptions ?? []),
  ).trim();
  return checksum(commit);
}

function deployments(): readonly Deployment[] {
  using open = Sysroot.open(sysroot.path);
  return open.deployments();
}

function read(deployment: Deployment | undefined, path: string): string {
  return execFileSync('cat', [join(deployment?.path ?? '', path)], { encoding: 'utf8' });
}

function ostree(...args: readonly string[]): string {
  return execFileSync('ostree', args, { encoding: 'utf8' });
}
