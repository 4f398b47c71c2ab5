import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { composeSysroot } from '../../src/compose/compose-sysroot.js';
import { Repo } from '../../src/native/repo.js';
import { run } from '../../src/system/process.js';
import { STATE_DIRECTORIES } from '../../src/tree/state-layout.js';
import { baseRepo, CACHE, freshSysroot, removeSysroot, TREEFILE } from '../machine/base.js';

const MAIN = join(dirname(fileURLToPath(import.meta.url)), '../../src/compose/main.js');
const compose = (...args: string[]) => run({ command: process.execPath, args: [MAIN, ...args] });

test('commits the layout that OSTree deploys', async () => {
  const { path, commit } = await baseRepo();
  using repo = Repo.open(path);
  const tree = repo.tree(commit);
  const links = {
    home: 'var/home',
    root: 'var/roothome',
    opt: 'var/opt',
    'usr/local': '../var/usrlocal',
    ostree: 'sysroot/ostree',
  };
  for (const [name, target] of Object.entries(links)) assert.equal(tree.file(`/${name}`)?.target, target, name);
  for (const empty of ['/var', '/boot', '/dev', '/run']) assert.deepEqual(tree.names(empty), [], empty);
  assert.equal(tree.entry('/etc'), null);
  for (const { name } of STATE_DIRECTORIES)
    assert.equal(tree.entry(`/usr/lib/sysimage/${name}`)?.kind, 'directory', name);
  assert.match(tree.read('/usr/lib/sysimage/apt/extended_states')?.toString() ?? '', /Auto-Installed: 1/);
});

test('keeps no secret, log, lock or machine identity in the commit', async () => {
  const { path, commit } = await baseRepo();
  using repo = Repo.open(path);
  const tree = repo.tree(commit);
  assert.equal(tree.file('/usr/etc/machine-id')?.sizeBytes, 0);
  for (const gone of ['/usr/etc/resolv.conf', '/usr/etc/hostname', '/usr/etc/passwd-', '/usr/lib/sysimage/dpkg/lock'])
    assert.equal(tree.entry(gone), null, gone);
  assert.match(tree.read('/usr/etc/shadow')?.toString() ?? '', /^root:\*:/m);
});

test('describes the tree in the commit', async () => {
  const { path, commit } = await baseRepo();
  using repo = Repo.open(path);
  const { metadata, version } = repo.commitFacts(commit);
  assert.equal(metadata['ostree.bootable'], true);
  const kernel = metadata['ostree.linux'];
  for (const name of ['vmlinuz', 'initramfs.img'])
    assert.equal(repo.tree(commit).file(`/usr/lib/modules/${kernel}/${name}`)?.kind, 'file');
  assert.match(version ?? '', /^12/);
  const packages = metadata['apt-ostree.packages-list'];
  assert.ok(Array.isArray(packages) && packages.some((each) => /^apt \S+ amd64$/.test(each)));
});

test('says No change when treefile and packages are the same', async () => {
  const { path, commit, ref } = await baseRepo();
  const { status, stdout, stderr } = await compose(
    'tree',
    '--repo',
    path,
    '--cachedir',
    join(CACHE, 'compose'),
    TREEFILE,
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^No change\.$/m);
  using repo = Repo.open(path);
  assert.equal(repo.resolve(ref), commit);
});

test('deploys to a sysroot that ostree finds sound, and a second time changes nothing', async () => {
  using sysroot = await freshSysroot();
  const status = execFileSync('ostree', ['admin', 'status', `--sysroot=${sysroot.path}`], { encoding: 'utf8' });
  assert.match(status, new RegExp(`debian ${sysroot.commit}\\.0[^]*origin refspec: ${sysroot.ref}`));
  execFileSync('ostree', ['fsck', '--quiet', `--repo=${join(sysroot.path, 'ostree/repo')}`]);
  const { path: repo, ref } = await baseRepo();
  const again = { path: sysroot.path, repo, ref, stateroot: 'debian', kargs: [], bootloader: 'none' } as const;
  assert.equal(composeSysroot(again).deployment, null);
  assert.throws(() => composeSysroot({ ...again, stateroot: 'other' }), { code: 'invalid-sysroot' });
});

test('refuses to make a sysroot of a directory with other content, or of a ref that is not there', async () => {
  const { path: repo, ref } = await baseRepo();
  const path = mkdtempSync(join(tmpdir(), 'no-sysroot-'));
  writeFileSync(join(path, 'precious'), '');
  const options = { path, repo, ref, stateroot: 'debian', kargs: [], bootloader: 'none' } as const;
  assert.throws(() => composeSysroot(options), { code: 'invalid-sysroot', message: /it holds precious$/ });
  rmSync(join(path, 'precious'));
  assert.throws(() => composeSysroot({ ...options, ref: 'no/such' }), { code: 'no-such-revision' });
  removeSysroot(path);
});

/** What a treefile that includes the shipped one is refused with, on a dry run. */
async function refusal(text: string): Promise<string> {
  const { path: repo } = await baseRepo();
  const directory = mkdtempSync(join(tmpdir(), 'compose-'));
  const treefile = join(directory, 'tree.yaml');
  writeFileSync(treefile, `include: ${TREEFILE}\n${text}\n`);
  const cache = join(CACHE, 'compose');
  const { status, stderr } = await compose('tree', '--repo', repo, '--cachedir', cache, '--dry-run', treefile);
  rmSync(directory, { recursive: true });
  assert.equal(status, 1);
  return stderr.replaceAll(directory, '').trimEnd();
}

test('names a package that no source has', async () => {
  const said = await refusal('packages: [no-such-package-anywhere]');
  assert.equal(said, 'error: cannot resolve the tree: Unable to locate package no-such-package-anywhere');
});

test('tells which dependency an excluded package leaves unmet', async () => {
  const said = await refusal('exclude-packages: [libpolkit-gobject-1-0]');
  assert.match(said, /^error: cannot resolve the tree: .*polkitd : Depends: .*libpolkit-gobject-1-0 .*not installable/);
});

test('misses a file of the treefile before anything is built', async () => {
  const said = await refusal('add-files: [[gone, /etc/gone]]');
  assert.equal(said, 'error: cannot use treefile /tree.yaml: key "add-files" names /gone, which does not exist');
});

test('refuses a date that is none before anything is built', async () => {
  const { path: repo } = await baseRepo();
  const { status, stderr } = await run({
    command: process.execPath,
    args: [MAIN, 'tree', '--repo', repo, TREEFILE],
    env: { SOURCE_DATE_EPOCH: 'yesterday' },
  });
  const why = 'it must be a number of seconds since 1970';
  assert.deepEqual([status, stderr], [1, `error: cannot use SOURCE_DATE_EPOCH="yesterday": ${why}\n`]);
});

test('tells wrong usage in one line', async () => {
  const { path: repo } = await baseRepo();
  const cases = [
    ['tree', '--repo', repo],
    ['tree', '--no-such', 'x'],
    ['bake'],
    ['sysroot', '--repo', repo, '--ref', 'x', '--bootloader', 'lilo', '/tmp/x'],
    ['image', 'only-one'],
    ['image', '--ref', 'x', 'no-repo.raw'],
    ['image', '--repo', repo, '--ref', 'x', TREEFILE, 'too-many.raw'],
    ['image', '--repo', repo, '--ref', 'x', '--size', '8', 'disk.raw'],
    ['image', '--repo', repo, '--ref', 'x', '--size', '100M', 'disk.raw'],
    // it exists
    ['image', '--repo', repo, '--ref', 'x', TREEFILE],
  ];
  for (const args of cases) {
    const { status, stderr } = await compose(...args);
    assert.equal(status, 1, args.join(' '));
    assert.match(stderr, /^error: cannot [^\n]*\n$/, args.join(' '));
  }
  mkdirSync(CACHE, { recursive: true });
});
