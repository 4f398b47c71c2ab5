import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { AptOstreeError } from '../../src/model/errors.js';
import { checkTree } from '../../src/tree/checks.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'checks-'));
  const files = [
    'os-release',
    'sysimage/dpkg/status',
    'modules/6.1/vmlinuz',
    'modules/6.1/initramfs.img',
    'modules/6.1/modules.dep',
  ];
  for (const file of files) put(`usr/lib/${file}`);
  put('usr/etc/passwd');
  put('usr/sbin/init');
  for (const name of ['boot', 'dev', 'proc', 'run', 'sys', 'sysroot', 'var']) mkdirSync(join(root, name));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function faults(): Promise<string> {
  try {
    await checkTree(root);
  } catch (error) {
    assert.ok(error instanceof AptOstreeError && error.code === 'invalid-tree');
    return error.message.replace('cannot commit the tree: ', '');
  }
  return 'none';
}

test('runs a program of the tree when nothing else is wrong', async () => {
  assert.match(await faults(), /^cannot run \/usr\/bin\/true in the tree: /);
});

test('names every fault at once', async () => {
  put('data/file');
  put('var/lib/x');
  rmSync(join(root, 'usr/lib/os-release'));
  const said = await faults();
  assert.equal(said, '/data is no place for files of a tree; /usr/lib/os-release is missing; /var is not empty (lib)');
});

test('wants exactly one kernel, whole', async () => {
  rmSync(join(root, 'usr/lib/modules/6.1/initramfs.img'));
  assert.equal(await faults(), '/usr/lib/modules/6.1 has no initramfs.img');
  put('usr/lib/modules/6.2/vmlinuz');
  assert.equal(await faults(), 'it has 2 kernels (6.1, 6.2) and must have one');
  rmSync(join(root, 'usr/lib/modules'), { recursive: true });
  assert.equal(await faults(), 'it has no kernel');
});

test('finds what belongs to one machine', async () => {
  put('usr/etc/machine-id', '0123456789abcdef0123456789abcdef\n');
  put('usr/etc/ssh/ssh_host_rsa_key');
  put('usr/etc/ssl/private/ssl-cert-snakeoil.key');
  const said = await faults();
  for (const name of ['machine-id', 'ssh/ssh_host_rsa_key', 'ssl/private/ssl-cert-snakeoil.key'])
    assert.ok(said.includes(`/etc/${name} belongs to one machine`), said);
});

test('takes an empty machine id, or one that says uninitialized, for none', async () => {
  put('usr/etc/machine-id', 'uninitialized\n');
  assert.doesNotMatch(await faults(), /machine-id/);
});

test('finds what OSTree cannot store', async () => {
  execFileSync('mkfifo', [join(root, 'usr/lib/pipe')]);
  assert.equal(await faults(), '/usr/lib/pipe is neither file, directory nor symlink');
});
