import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Checksum } from '../../src/model/deployment.js';
import { listxattr, setxattr } from '../../src/native/libc.js';
import { Repo } from '../../src/native/repo.js';
import { afterTest, ostree, temporaryDirectory, writeFiles } from './tiny-sysroot.js';

const DESCRIPTION = { ref: null, parent: null, subject: '', metadata: {}, timestampSeconds: 0 } as const;

for (const consume of [true, false])
  test(`a layer ${consume ? 'moved' : 'copied'} onto its base is the commit of the merged tree, whatever was done`, (t) => {
    const { directory, repo, base, overlay } = layeredTree(t);
    beHostile(overlay.root);
    const merged = overlay.commitMerged();
    const upper = join(directory, 'upper');
    const layer = repo.commitLayer({ ...DESCRIPTION, base, upper, ref: 'layer', parent: base, consume });
    assert.deepEqual([layer.rootContents, layer.rootMeta], [merged.rootContents, merged.rootMeta]);
    assert.equal(ostree('diff', `--repo=${repo.path}`, merged.checksum, layer.checksum), '');
    assert.match(ostree('fsck', `--repo=${repo.path}`), /fsck of 3 commits completed successfully/);
    assert.equal(repo.resolve('layer'), layer.checksum);
    assert.deepEqual(repo.commitFacts(layer.checksum).parent, base);
    assert.equal(repo.readFile(base, '/usr/etc/bash.bashrc')?.toString(), 'base\n', 'the base is intact');
    assert.equal(repo.readFile(layer.checksum, '/usr/etc/bash.bashrc')?.toString(), 'base\nappended\n');
    assert.deepEqual(layer.stats, { ...layer.stats, whiteouts: 4, opaque: 2, typeChanges: 4 });
    assert.deepEqual(
      readdirSync(directory).filter((name) => name.startsWith('upper')),
      [],
      'the upper is used up',
    );
  });

test('capabilities and other attributes are kept, those of the overlay are not', (t) => {
  const { directory, repo, base, overlay } = layeredTree(t);
  beHostile(overlay.root);
  overlay.unmount();
  const upper = join(directory, 'upper');
  assert.ok(listxattr(join(upper, 'usr/share/man')).includes('trusted.overlay.opaque'));
  const { checksum } = repo.commitLayer({ ...DESCRIPTION, base, upper, consume: true });
  const out = join(directory, 'out');
  repo.checkout({ checksum, destination: out, hardlinks: false });
  assert.deepEqual(listxattr(join(out, 'usr/bin/ls')), ['security.capability']);
  assert.deepEqual(listxattr(join(out, 'usr/bin/cat')), ['user.foo']);
  assert.deepEqual(
    marksBelow(out).filter((line) => line.includes('trusted.overlay.')),
    [],
  );
});

test('an untouched overlay gives the base tree again', (t) => {
  const { directory, repo, base, overlay } = layeredTree(t);
  overlay.unmount();
  const layer = repo.commitLayer({ ...DESCRIPTION, base, upper: join(directory, 'upper'), consume: true });
  assert.deepEqual({ contents: layer.rootContents, meta: layer.rootMeta }, repo.rootChecksums(base));
});

for (const option of ['redirect_dir=on', 'metacopy=on'])
  test(`an overlay mounted with ${option} is refused, and its upper left as it was`, (t) => {
    const { directory, repo, base, overlay } = layeredTree(t, option);
    renameSync(join(overlay.root, 'usr/share/doc/apt'), join(overlay.root, 'usr/share/doc/apt-renamed'));
    chownSync(join(overlay.root, 'usr/bin/gzip'), 1, 1);
    overlay.unmount();
    const upper = join(directory, 'upper');
    const before = marksBelow(upper);
    const commits = repo.refs(null);
    assert.throws(() => repo.commitLayer({ ...DESCRIPTION, base, upper, ref: 'layer', consume: true }), {
      code: 'invalid-tree',
      message:
        /^cannot commit \/usr\/[^ ]+: it carries trusted\.overlay\.(redirect|metacopy); the overlay must be mounted /,
    });
    assert.deepEqual(marksBelow(upper), before);
    assert.deepEqual(repo.refs(null), commits);
  });

test('a special file is refused by its path in the tree, and the upper left as it was', (t) => {
  const { directory, repo, base, overlay } = layeredTree(t);
  execFileSync('mkfifo', [join(overlay.root, 'usr/share/fifo')]);
  overlay.unmount();
  const upper = join(directory, 'upper');
  assert.throws(() => repo.commitLayer({ ...DESCRIPTION, base, upper, consume: true }), {
    code: 'unsupported-path',
    message: 'cannot commit /usr/share/fifo: it is neither file, directory nor symlink',
  });
  assert.ok(existsSync(join(upper, 'usr/share/fifo')));
});

test('an upper that was begun with is not there any more, so that nobody takes it for whole', (t) => {
  const { directory, repo, base, overlay } = layeredTree(t);
  rmSync(join(overlay.root, 'usr/bin/zstd'));
  overlay.unmount();
  const upper = join(directory, 'upper');
  writeFiles(upper, { 'usr/bin/big': 'x' });
  repo.setOption('core', 'min-free-space-percent', '99');
  assert.throws(() => repo.commitLayer({ ...DESCRIPTION, base, upper, ref: 'layer', consume: false }), {
    code: 'no-space',
  });
  assert.ok(!existsSync(upper));
  assert.equal(repo.resolve('layer'), null);
  assert.throws(() => repo.commitLayer({ ...DESCRIPTION, base, upper, ref: 'layer', consume: true }), {
    code: 'invalid-tree',
  });
});

test('a commit on a base that is not there is refused before the upper is touched', (t) => {
  const { directory, repo, overlay } = layeredTree(t);
  overlay.unmount();
  const base = '0'.repeat(64) as Checksum;
  const upper = join(directory, 'upper');
  assert.throws(() => repo.commitLayer({ ...DESCRIPTION, base, upper, consume: true }), { code: 'no-such-revision' });
  assert.ok(existsSync(upper));
});

test('the cost of a layer follows the change, not the base', { timeout: 60_000 }, (t) => {
  const { directory, repo, overlay } = layeredTree(t);
  overlay.unmount();
  const wide = join(directory, 'wide');
  for (let d = 0; d < 100; d++)
    writeFiles(
      wide,
      Object.fromEntries(Array.from({ length: 50 }, (_, f) => [`usr/share/many/${d}/${f}`, `${d % 7} ${f}`])),
    );
  const base = repo.commitTree({ ...DESCRIPTION, directory: wide });
  const upper = join(directory, 'small');
  writeFiles(upper, { 'usr/share/many/3/new': 'new', 'usr/bin/new': 'new' });
  const from = performance.now();
  const { objectsWritten } = repo.commitLayer({ ...DESCRIPTION, base: base.checksum, upper, consume: true });
  t.diagnostic(`layer of 2 files on 5,000: ${(performance.now() - from).toFixed(1)} ms, ${objectsWritten} objects`);
  assert.ok(objectsWritten < 10);
});

/** Every path with its extended attributes. */
function marksBelow(directory: string): readonly string[] {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return paths.map((path) => `${path} ${listxattr(join(directory, path)).join(' ')}`);
}

interface Overlay {
  readonly root: string;
  unmount(): void;
  /** The full walk of the merged tree, as a witness; the overlay is unmounted after it. */
  commitMerged(): ReturnType<Repo['commitTree']>;
}

/** A base commit, checked out as the lower of a mounted overlay. */
function layeredTree(t: TestContext, option = 'redirect_dir=off,metacopy=off') {
  const directory = temporaryDirectory(t);
  makeBase(join(directory, 'tree'));
  const repo = Repo.create(join(directory, 'repo'), 'bare');
  afterTest(t, () => repo[Symbol.dispose]());
  const base = repo.commitTree({ ...DESCRIPTION, directory: join(directory, 'tree'), ref: 'base' }).checksum;
  repo.checkout({ checksum: base, destination: join(directory, 'lower'), hardlinks: true });
  const overlay = mountOverlay(t, directory, option, repo);
  return { directory, repo, base, overlay };
}

function mountOverlay(t: TestContext, directory: string, option: string, repo: Repo): Overlay {
  const [lower, upper, work, root] = ['lower', 'upper', 'work', 'root'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const path of [upper, work, root]) mkdirSync(path);
  execFileSync('mount', [
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=${lower},upperdir=${upper},workdir=${work},${option}`,
    root,
  ]);
  let mounted = true;
  const unmount = () => {
    if (mounted) execFileSync('umount', [root]);
    mounted = false;
  };
  afterTest(t, unmount);
  const commitMerged = () => {
    unmount();
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', `ro,lowerdir=${upper}:${lower},${option}`, root]);
    mounted = true;
    const merged = repo.commitTree({ ...DESCRIPTION, directory: root, ref: 'merged' });
    unmount();
    return merged;
  };
  return { root, unmount, commitMerged };
}

function makeBase(root: string): void {
  const packages = ['apt', 'bash', 'findutils', 'grep', 'gzip', 'less', 'sed', 'tar', 'zstd'];
  writeFiles(root, {
    ...Object.fromEntries(packages.map((name) => [`usr/share/doc/${name}/copyright`, `copyright of ${name}\n`])),
    ...Object.fromEntries(packages.map((name) => [`usr/share/doc/${name}/examples/deep/file`, `deep ${name}\n`])),
    ...Object.fromEntries(
      ['cat', 'gzip', 'ls', 'mawk', 'sed', 'zstd'].map((name) => [`usr/bin/${name}`, `#!${name}\n`]),
    ),
    ...Object.fromEntries(['a', 'b', 'c'].map((name) => [`usr/share/man/man1/${name}.1`, name])),
    'usr/etc/bash.bashrc': 'base\n',
  });
  symlinkSync('mawk', join(root, 'usr/bin/awk'));
}

/** Everything an overlay can be made to express. */
function beHostile(root: string): void {
  const at = (path: string) => join(root, path);
  const remove = (path: string) => rmSync(at(path), { recursive: true });
  // whiteouts of a file and of a directory
  remove('usr/bin/zstd');
  remove('usr/share/doc/zstd');
  // an opaque directory over one that was there, with something in it and with nothing
  remove('usr/share/doc/less');
  writeFiles(root, { 'usr/share/doc/less/only': 'x\n' });
  remove('usr/share/man');
  mkdirSync(at('usr/share/man'));
  // directory to symlink, directory to file, file to directory, symlink to file
  remove('usr/share/doc/bash');
  symlinkSync('less', at('usr/share/doc/bash'));
  remove('usr/share/doc/sed');
  writeFiles(root, { 'usr/share/doc/sed': 'file\n' });
  remove('usr/share/doc/grep/copyright');
  writeFiles(root, { 'usr/share/doc/grep/copyright/sub/z': 'y\n' });
  remove('usr/bin/awk');
  writeFiles(root, { 'usr/bin/awk': '#!/bin/sh\n' });
  // a symlink to a directory where there was a file
  remove('usr/share/doc/gzip/examples');
  symlinkSync('../less', at('usr/share/doc/gzip/examples'));
  // metadata only
  chmodSync(at('usr/share/doc/tar'), 0o700);
  chownSync(at('usr/share/doc/gzip/copyright'), 1, 1);
  utimesSync(at('usr/share/doc/findutils/copyright'), 5, 5);
  // in place: must be copied up, never written through the hard link into the repo
  appendFileSync(at('usr/etc/bash.bashrc'), 'appended\n');
  // cap_net_raw+ep, and an attribute of a user's
  setxattr(at('usr/bin/ls'), 'security.capability', Buffer.from('0100000200200000000000000000000000000000', 'hex'));
  setxattr(at('usr/bin/cat'), 'user.foo', Buffer.from('bar'));
  // renames and links
  cpSync(at('usr/share/doc/apt'), at('usr/share/doc/apt-renamed'), { recursive: true });
  remove('usr/share/doc/apt');
  renameSync(at('usr/bin/gzip'), at('usr/bin/gzip2'));
  linkSync(at('usr/bin/gzip2'), at('usr/bin/gzip3'));
  linkSync(at('usr/bin/sed'), at('usr/bin/sed2'));
  // new, and come and gone; a name that is not ASCII
  writeFiles(root, { 'usr/share/newdir/a/b/c': 'c', 'usr/share/tmpd/q': 'q', 'usr/share/Főtanúsítvány.crt': 'ca' });
  remove('usr/share/tmpd');
}
