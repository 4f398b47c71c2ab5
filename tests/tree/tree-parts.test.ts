import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
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
import { stripMachineSpecific } from '../../src/tree/machine-specific.js';
import { captureOpt } from '../../src/tree/opt-capture.js';
import { installSecretUnits } from '../../src/tree/secret-units.js';

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
  put('opt/vendor/bin/app');
  const capture = { optDir: join(root, 'opt'), usrDir: join(root, 'usr'), tmpfilesName: 'opt' };
  assert.deepEqual(captureOpt(capture), ['vendor']);
  assert.ok(existsSync(join(root, 'usr/lib/opt/vendor/bin/app')));
  assert.equal(
    readFileSync(join(root, 'usr/lib/tmpfiles.d/opt.conf'), 'utf8'),
    'L /var/opt/vendor - - - - ../../usr/lib/opt/vendor\n',
  );
  assert.deepEqual(captureOpt(capture), []);
  put('opt/vendor/other');
  assert.throws(() => captureOpt(capture), { code: 'file-conflict' });
});

test('strips secrets with their links and installs what makes them anew', () => {
  for (const path of [
    'ssh/ssh_host_rsa_key',
    'ssh/ssh_host_rsa_key.pub',
    'ssh/sshd_config',
    'passwd-',
    'ssl/private/ssl-cert-snakeoil.key',
  ])
    put(`etc/${path}`);
  put('etc/ssl/certs/ssl-cert-snakeoil.pem');
  symlinkSync('ssl-cert-snakeoil.pem', join(root, 'etc/ssl/certs/abcd.0'));
  symlinkSync('other.pem', join(root, 'etc/ssl/certs/efgh.0'));
  const stripped = stripMachineSpecific(join(root, 'etc'));
  assert.deepEqual([...stripped].sort(), ['/etc/ssh/ssh_host_rsa_key', '/etc/ssl/private/ssl-cert-snakeoil.key']);
  assert.deepEqual(
    [readdirSync(join(root, 'etc/ssh')), readdirSync(join(root, 'etc/ssl/certs'))],
    [['sshd_config'], ['efgh.0']],
  );
  const units = installSecretUnits(join(root, 'usr'), stripped);
  assert.deepEqual(units, ['apt-ostree-ssh-host-keys.service', 'apt-ostree-snakeoil.service']);
  const wants = join(root, 'usr/lib/systemd/system/sysinit.target.wants');
  assert.deepEqual(
    units.map((unit) => readlinkSync(join(wants, unit))),
    units.map((unit) => `../${unit}`),
  );
  assert.deepEqual(installSecretUnits(join(root, 'usr'), []), []);
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
