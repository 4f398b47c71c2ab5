import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { keepSources } from '../../src/compose/keep-sources.js';
import { dracutArguments, keepInitramfsArguments, keptInitramfsArguments } from '../../src/tree/initramfs.js';
import { kernelReleases, moveKernels } from '../../src/tree/kernel.js';
import { linkLayeredOpt, moveOptPayload } from '../../src/tree/opt-payload.js';
import { shippedFiles } from '../../src/tree/shipped-files.js';
import { TMPFILES } from '../../src/tree/tmpfiles-file.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tree-parts-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

test('moves a kernel beside its modules and drops what the package hooks left', () => {
  for (const name of ['vmlinuz-6.1', 'config-6.1', 'System.map-6.1', 'initrd.img-6.1']) put(`boot/${name}`);
  symlinkSync('boot/vmlinuz-6.1', join(root, 'vmlinuz'));
  assert.deepEqual(moveKernels(root), ['6.1']);
  assert.deepEqual(readdirSync(join(root, 'usr/lib/modules/6.1')).sort(), ['System.map', 'config', 'vmlinuz']);
  assert.deepEqual([readdirSync(join(root, 'boot')), existsSync(join(root, 'vmlinuz'))], [[], false]);
  assert.deepEqual([kernelReleases(root), moveKernels(root)], [['6.1'], []]);
});

test('moves /opt into /usr and refuses to cover what is there', () => {
  moveOptPayload(root);
  put('opt/vendor/bin/app');
  moveOptPayload(root);
  assert.ok(existsSync(join(root, 'usr/lib/opt/vendor/bin/app')));
  assert.equal(
    readFileSync(join(root, 'usr/lib/tmpfiles.d/apt-ostree-2-opt.conf'), 'utf8'),
    'L /var/opt/vendor - - - - ../../usr/lib/opt/vendor\n',
  );
  put('opt/vendor/other');
  assert.throws(() => moveOptPayload(root), { code: 'file-conflict' });
});

test('links what a layer adds to /opt, and leaves the links of the base alone', () => {
  const tree = { root: join(root, 'root'), base: join(root, 'base'), upper: join(root, 'upper') };
  put('base/usr/lib/opt/old/x');
  put('upper/usr/lib/opt/old/y');
  linkLayeredOpt(tree, TMPFILES.layeredOpt);
  assert.equal(existsSync(join(root, 'root')), false);
  put('upper/usr/lib/opt/new/x');
  linkLayeredOpt(tree, TMPFILES.layeredOpt);
  assert.equal(
    readFileSync(join(root, 'root/usr/lib/tmpfiles.d/apt-ostree-2-layered-opt.conf'), 'utf8'),
    'L /var/opt/new - - - - ../../usr/lib/opt/new\n',
  );
});

test('knows the files of all packages, or of some', () => {
  put('usr/lib/sysimage/dpkg/info/one.list', '/.\n/etc/one\n');
  put('usr/lib/sysimage/dpkg/info/two:amd64.list', '/etc/two\n');
  assert.deepEqual([...shippedFiles(root, null)].sort(), [
    ['/.', 'one'],
    ['/etc/one', 'one'],
    ['/etc/two', 'two'],
  ]);
  assert.deepEqual([...shippedFiles(root, [{ name: 'two', architecture: 'amd64' }])], [['/etc/two', 'two']]);
});

test('keeps the initramfs arguments of a treefile for later layers', () => {
  assert.deepEqual(keptInitramfsArguments(root), []);
  keepInitramfsArguments(root, ['--drivers', 'virtio_blk nvme']);
  const extra = keptInitramfsArguments(root);
  const args = dracutArguments({ release: '6.1', zstd: true, extra });
  assert.deepEqual(args.slice(-5), [
    '--drivers',
    'virtio_blk nvme',
    '--kver',
    '6.1',
    '/usr/lib/modules/6.1/initramfs.img',
  ]);
  assert.ok(args.includes('--modules'));
  assert.ok(!dracutArguments({ release: '6.1', zstd: true, extra: ['-m', 'base'] }).includes('--modules'));
  writeFileSync(join(root, 'usr/lib/apt-ostree/initramfs-args.json'), '{}');
  assert.throws(() => keptInitramfsArguments(root), { code: 'invalid-tree' });
});

test('keeps sources with the keys they need and without passwords', () => {
  put('keys/mine.gpg', 'key');
  put('tree/etc/apt/sources.list.d/0000old.sources');
  const source = { suites: ['s'], components: ['main'], trusted: false };
  keepSources(join(root, 'tree'), [
    { ...source, uris: ['https://user:secret@archive/debian'], signedBy: join(root, 'keys/mine.gpg') },
    { ...source, uris: ['http://plain/'], signedBy: null },
  ]);
  const apt = join(root, 'tree/etc/apt');
  assert.deepEqual(readdirSync(join(apt, 'sources.list.d')), ['base.sources']);
  const text = readFileSync(join(apt, 'sources.list.d/base.sources'), 'utf8');
  assert.match(text, /^URIs: https:\/\/archive\/debian$/m);
  assert.match(text, /^Signed-By: \/etc\/apt\/keyrings\/mine\.gpg$/m);
  assert.equal(readFileSync(join(apt, 'keyrings/mine.gpg'), 'utf8'), 'key');
});
