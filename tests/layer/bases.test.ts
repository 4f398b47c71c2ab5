import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseOrigin } from '../../src/model/origin.js';
import { fileSysroot } from './file-sysroot.js';
import { ASSEMBLE, COMMIT, checkOut, DEPLOY, install, RESOLVE } from './layering.js';

const { sysroot, debs } = await fileSysroot();
const directory = mkdtempSync(join(tmpdir(), 'bases-'));

after(() => rmSync(directory, { recursive: true }));

const deployment = (commit: string) => join(sysroot.path, 'ostree/deploy/debian/deploy', `${commit}.0`);
const fileDeb = (name: string, files: Readonly<Record<string, string>>) => debs.build({ name, files });

test('finds its mounts in a sysroot that is reached through a link', async () => {
  const link = join(directory, 'link');
  symlinkSync(sysroot.path, link);
  const local = [fileDeb('trouble-link', { 'usr/share/trouble-link': 'x' })];
  const base = readdirSync(deployment(sysroot.commit));
  const { failure } = await install({ ...sysroot, path: link }, { local }, ASSEMBLE);
  assert.equal(failure, null);
  const failing = debs.build({ name: 'trouble-undo', scripts: { postinst: 'exit 1' } });
  assert.equal(
    (await install({ ...sysroot, path: link }, { local: [failing] }, ASSEMBLE)).failure?.code,
    'script-failed',
  );
  assert.deepEqual(readdirSync(deployment(sysroot.commit)), base);
});

test('indexes a layered kernel module and makes the initramfs anew', async () => {
  const base = deployment(sysroot.commit);
  const [release = ''] = readdirSync(join(base, 'usr/lib/modules'));
  const modules = join(base, 'usr/lib/modules', release);
  const deb = debs.build({ name: 'trouble-module', files: { [`usr/lib/modules/${release}/updates/placeholder`]: '' } });
  const { failure, facts } = await install(sysroot, { local: [deb] }, COMMIT);
  assert.equal(failure, null);
  assert.equal(facts.finished?.kernel, release);
  using tree = checkOut(sysroot, facts.commit);
  const rebuilt = join(tree.root, 'usr/lib/modules', release);
  assert.ok(statSync(join(rebuilt, 'initramfs.img')).size > 1_000_000);
  assert.deepEqual(readFileSync(join(rebuilt, 'modules.dep')), readFileSync(join(modules, 'modules.dep')));
  assert.deepEqual(readFileSync(join(rebuilt, 'vmlinuz')), readFileSync(join(modules, 'vmlinuz')));
  using before = checkOut(sysroot, sysroot.commit);
  // the base's treefile names the drivers: the new image has the same ones, not every driver of the kernel
  const drivers = `lsinitrd /usr/lib/modules/${release}/initramfs.img | grep -o '[^ ]*[.]ko$' | sort`;
  assert.match(before.run(drivers).output, /virtio_blk\.ko/);
  assert.equal(tree.run(drivers).output, before.run(drivers).output);
});

test('refuses a second kernel', async () => {
  const local = [
    fileDeb('trouble-kernel', {
      'boot/vmlinuz-9.9': 'kernel',
      'boot/config-9.9': 'x',
      'usr/lib/modules/9.9/modules.order': '',
    }),
  ];
  const { failure } = await install(sysroot, { local }, ASSEMBLE);
  assert.equal(failure?.code, 'invalid-tree');
  assert.match(
    failure?.message ?? '',
    /^cannot layer another kernel: the tree would have \S+ and \S+, and must have one$/,
  );
});

test('layers the requests of an origin on another base, which need not be deployed', async () => {
  const mine = fileDeb('trouble-carried', { 'usr/share/trouble-carried': 'x' });
  assert.equal((await install(sysroot, { local: [mine] }, DEPLOY)).failure, null);
  const extra = join(directory, 'extra');
  mkdirSync(join(extra, 'usr/share'), { recursive: true });
  writeFileSync(join(extra, 'usr/share/second-base'), 'y');
  const options = [
    `--tree=ref=${sysroot.commit}`,
    `--tree=dir=${extra}`,
    '--owner-uid=0',
    '--add-metadata-string=version=second',
  ];
  const repo = `--repo=${sysroot.path}/ostree/repo`;
  const second = execFileSync('ostree', ['commit', repo, `--branch=${sysroot.ref}`, ...options], {
    encoding: 'utf8',
  }).trim();

  const request = { kind: 'deploy', revision: second };
  const { failure, facts } = await install(sysroot, request, ['revision.resolve', ...DEPLOY]);
  assert.equal(failure, null);
  assert.ok(existsSync(join(sysroot.own, 'bases', second, 'usr')));
  assert.equal(parseOrigin(facts.target?.origin ?? '').overrideCommit, second);
  using tree = checkOut(sysroot, facts.commit);
  assert.equal(tree.run('cat /usr/share/second-base /usr/share/trouble-carried').output, 'yx');
  const again = await install(sysroot, request, ['revision.resolve', ...RESOLVE]);
  assert.equal(again.unchanged, 'No change.');
});
