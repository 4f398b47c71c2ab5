import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { Checksum, MetadataValue } from '../../src/model/deployment.js';
import { setxattr } from '../../src/native/libc.js';
import { Repo, type RepoMode } from '../../src/native/repo.js';
import { afterTest, ostree, temporaryDirectory, writeFiles } from './tiny-sysroot.js';

const DESCRIPTION = { ref: null, parent: null, subject: '', metadata: {}, timestampSeconds: 0 } as const;
const MISSING = '0'.repeat(64) as Checksum;

for (const mode of ['bare', 'bare-user', 'archive'] as const)
  test(`a ${mode} repo keeps a tree and gives its files back`, (t) => {
    const { repo, directory } = repoWithTree(t, mode);
    assert.equal(
      ostree('config', `--repo=${repo.path}`, 'get', 'core.mode'),
      `${mode === 'archive' ? 'archive-z2' : mode}\n`,
    );
    const { checksum } = repo.commitTree({ ...DESCRIPTION, directory, ref: 'test/main' });
    const tree = repo.tree(checksum);
    assert.equal(tree.read('/usr/bin/hello')?.toString(), 'hello\n');
    assert.equal(repo.readFile(checksum, 'usr/empty')?.length, 0);
    assert.equal(tree.read('/usr/lib'), null);
    assert.equal(tree.read('/usr/link'), null);
    assert.equal(tree.read('/nowhere/at/all'), null);
    assert.deepEqual(tree.names('/usr'), ['bin', 'empty', 'lib', 'link']);
    assert.deepEqual(tree.file('/usr/link'), {
      kind: 'symlink',
      sizeBytes: 0,
      mode: 0o120777,
      uid: 0,
      gid: 0,
      target: 'lib',
    });
    assert.deepEqual(tree.file('/usr/bin/hello'), {
      kind: 'file',
      sizeBytes: 6,
      mode: 0o100755,
      uid: 0,
      gid: 0,
      target: null,
    });
    assert.match(ostree('fsck', `--repo=${repo.path}`), /fsck of 1 commits completed successfully/);
  });

test('walking a commit meets each path once, directories before what they hold', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  const { checksum } = repo.commitTree({ ...DESCRIPTION, directory });
  const listed = ostree('ls', `--repo=${repo.path}`, '-R', '--nul-filenames-only', checksum).split('\0');
  const walked = [...repo.tree(checksum).walk()].map(({ path }) => path);
  assert.deepEqual(walked.toSorted(), listed.filter((path) => path !== '' && path !== '/').toSorted());
  assert.ok(walked.indexOf('/usr/lib') < walked.indexOf('/usr/lib/deep/file'));
  assert.deepEqual(
    [...repo.tree(checksum).walk('/usr/lib')].map(({ path }) => path),
    ['/usr/lib/deep', '/usr/lib/deep/file'],
  );
});

test('refs are set, listed by prefix, resolved and removed', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  const { checksum } = repo.commitTree({ ...DESCRIPTION, directory, ref: 'debian/base' });
  repo.setRef('apt-ostree/transaction/1', checksum);
  repo.setRef('origin:debian/base', checksum);
  assert.deepEqual([...repo.refs(null).keys()], ['apt-ostree/transaction/1', 'debian/base', 'origin:debian/base']);
  assert.deepEqual([...repo.refs('apt-ostree')], [['apt-ostree/transaction/1', checksum]]);
  for (const revision of ['debian/base', 'origin:debian/base', checksum, checksum.slice(0, 10)])
    assert.equal(repo.resolve(revision), checksum, revision);
  repo.setRef('apt-ostree/transaction/1', null);
  repo.setRef('apt-ostree/transaction/1', null);
  assert.equal(repo.resolve('apt-ostree/transaction/1'), null);
  assert.equal(repo.resolve(MISSING), null);
  assert.throws(() => repo.resolve('no ref'), {
    code: 'invalid-refspec',
    message: /^cannot resolve "no ref": [^\n]+$/,
  });
});

test('metadata of any text, number, list and boolean comes back as it was', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  const text = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((each) => !each.includes('\0'));
  const value: fc.Arbitrary<MetadataValue> = fc.oneof(
    text,
    fc.boolean(),
    fc.maxSafeNat(),
    fc.array(text, { maxLength: 40 }),
  );
  const metadata = fc.dictionary(fc.stringMatching(/^[a-z][a-z.-]{0,60}$/), value, { maxKeys: 30 });
  fc.assert(
    fc.property(metadata, text, fc.nat(), (given, subject, timestampSeconds) => {
      const { checksum } = repo.commitTree({ ...DESCRIPTION, directory, subject, metadata: given, timestampSeconds });
      const facts = repo.commitFacts(checksum);
      assert.deepEqual(facts.metadata, { ...given });
      assert.deepEqual([facts.subject, facts.timestampSeconds, facts.parent], [subject, timestampSeconds, null]);
    }),
    { numRuns: 60 },
  );
});

test('what ostree wrote is read alike', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  const given = [
    '--add-metadata=n=uint32 7',
    "--add-metadata=pair=('a', 'b')",
    '--add-metadata-string=version=2',
    "--add-metadata=l=['x']",
  ];
  const first = ostree(
    'commit',
    `--repo=${repo.path}`,
    `--tree=dir=${directory}`,
    '--orphan',
    '-s',
    'one',
  ).trim() as Checksum;
  const second = ostree(
    'commit',
    `--repo=${repo.path}`,
    `--tree=dir=${directory}`,
    `--parent=${first}`,
    '--timestamp=@1600000000',
    '--orphan',
    '--no-bindings',
    '-s',
    'two',
    ...given,
  ).trim() as Checksum;
  assert.deepEqual(repo.commitFacts(second), {
    timestampSeconds: 1_600_000_000,
    version: '2',
    subject: 'two',
    parent: first,
    metadata: { n: 7, version: '2', l: ['x'] },
  });
  const ours = repo.commitTree({ ...DESCRIPTION, directory });
  assert.deepEqual(repo.rootChecksums(second), { contents: ours.rootContents, meta: ours.rootMeta });
});

test('canonical commits are alike whoever owns the files', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  const commit = () => repo.commitTree({ ...DESCRIPTION, directory, canonical: true });
  const before = commit();
  chownSync(join(directory, 'usr/bin/hello'), 1, 1);
  setxattr(join(directory, 'usr/empty'), 'user.mark', Buffer.from('x'));
  const after = commit();
  assert.equal(after.rootContents, before.rootContents);
  assert.notEqual(repo.commitTree({ ...DESCRIPTION, directory }).rootContents, before.rootContents);
});

test('checkouts link or copy, whole or in part, and never overwrite', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  const { checksum } = repo.commitTree({ ...DESCRIPTION, directory });
  const to = (name: string) => join(directory, '..', name);
  repo.checkout({ checksum, destination: to('links'), hardlinks: true });
  repo.checkout({ checksum, destination: to('copies'), hardlinks: false });
  repo.checkout({ checksum, destination: to('part'), hardlinks: true, subpath: '/usr/lib' });
  assert.equal(statSync(join(to('links'), 'usr/bin/hello')).nlink, 2);
  assert.equal(statSync(join(to('copies'), 'usr/bin/hello')).nlink, 1);
  assert.equal(readFileSync(join(to('part'), 'deep/file'), 'utf8'), 'deep\n');
  assert.throws(() => repo.checkout({ checksum, destination: to('copies'), hardlinks: false }), {
    code: 'ostree-failed',
  });
});

test('a pull brings the commit and sets the ref, also into a repo of another mode', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  const { checksum } = repo.commitTree({ ...DESCRIPTION, directory, ref: 'main' });
  using other = Repo.create(join(directory, '../other'), 'archive');
  other.pullLocal({ from: repo.path, refs: ['main'] });
  assert.deepEqual([...other.refs(null)], [['main', checksum]]);
  assert.ok(other.hasCommit(checksum));
  other.setOption('remote "up"', 'url', `file://${repo.path}`);
  other.setOption('remote "up"', 'gpg-verify', 'false');
  other.pullLocal({ from: repo.path, refs: ['main'], remote: 'up' });
  assert.equal(other.resolve('up:main'), checksum);
  assert.throws(() => other.pullLocal({ from: repo.path, refs: ['nope'] }), { code: 'ostree-failed', message: /nope/ });
});

test('a commit whose objects are not all here is no commit to build on', (t) => {
  const { repo, directory } = repoWithTree(t, 'archive');
  const { checksum } = repo.commitTree({ ...DESCRIPTION, directory, ref: 'main' });
  const other = join(directory, '../other');
  using partial = Repo.create(other, 'bare');
  ostree('pull-local', `--repo=${other}`, '--commit-metadata-only', repo.path, 'main');
  assert.equal(partial.hasCommit(checksum), false);
  assert.equal(partial.commitFacts(checksum).subject, '');
  assert.equal(repo.hasCommit(checksum), true);
  assert.equal(repo.hasCommit(MISSING), false);
});

test('what is missing or impossible has its own code and one line', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  const refused: readonly (readonly [string, () => unknown])[] = [
    ['no-such-revision', () => repo.commitFacts(MISSING)],
    ['no-such-revision', () => repo.tree(MISSING)],
    ['no-such-revision', () => repo.rootChecksums(MISSING)],
    ['ostree-failed', () => repo.checkout({ checksum: MISSING, destination: join(directory, 'x'), hardlinks: true })],
    ['ostree-failed', () => repo.setRef('///', MISSING)],
    ['ostree-failed', () => repo.commitTree({ ...DESCRIPTION, directory: join(directory, 'nowhere') })],
    ['ostree-failed', () => Repo.open(directory)],
  ];
  for (const [code, act] of refused) assert.throws(act, { name: 'AptOstreeError', code, message: /^cannot [^\n]+$/ });
});

test('a commit that fails leaves nothing behind but what was there', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  repo.setOption('core', 'min-free-space-percent', '99');
  assert.throws(() => repo.commitTree({ ...DESCRIPTION, directory, ref: 'main' }), { code: 'no-space' });
  assert.equal(repo.resolve('main'), null);
  repo.setOption('core', 'min-free-space-percent', '0');
  const { checksum } = repo.commitTree({ ...DESCRIPTION, directory, ref: 'main' });
  assert.equal(repo.resolve('main'), checksum);
});

test('a full filesystem is told as such, and what was there is whole', (t) => {
  const { directory } = repoWithTree(t, 'bare');
  const small = join(directory, '../small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small]);
  const repo = Repo.create(join(small, 'repo'), 'bare');
  afterTest(t, () => repo[Symbol.dispose]());
  repo.setOption('core', 'min-free-space-percent', '0');
  const { checksum } = repo.commitTree({ ...DESCRIPTION, directory, ref: 'main' });
  writeFileSync(join(directory, 'usr/big'), Buffer.alloc(5_000_000, 1));
  assert.throws(() => repo.commitTree({ ...DESCRIPTION, directory, ref: 'main' }), {
    code: 'no-space',
    message: /^cannot commit [^\n]+: .*No space left on device$/,
  });
  assert.equal(repo.resolve('main'), checksum);
  ostree('fsck', `--repo=${repo.path}`);
});

test('prune removes commits without a ref and counts what it freed', (t) => {
  const { repo, directory } = repoWithTree(t, 'bare');
  const kept = repo.commitTree({ ...DESCRIPTION, directory, ref: 'main' });
  writeFileSync(join(directory, 'usr/more'), 'x'.repeat(10_000));
  const dropped = repo.commitTree({ ...DESCRIPTION, directory });
  const { objects, freedBytes } = repo.prune();
  assert.ok(objects >= 4 && freedBytes >= 10_000);
  assert.deepEqual([repo.hasCommit(kept.checksum), repo.hasCommit(dropped.checksum)], [true, false]);
});

function repoWithTree(t: TestContext, mode: RepoMode) {
  const top = temporaryDirectory(t);
  const directory = join(top, 'tree');
  writeFiles(directory, { 'usr/bin/hello': 'hello\n', 'usr/lib/deep/file': 'deep\n', 'usr/empty': '' });
  mkdirSync(join(directory, 'var'));
  symlinkSync('lib', join(directory, 'usr/link'));
  chmodSync(join(directory, 'usr/bin/hello'), 0o755);
  const repo = Repo.create(join(top, 'repo'), mode);
  afterTest(t, () => repo[Symbol.dispose]());
  return { repo, directory };
}
