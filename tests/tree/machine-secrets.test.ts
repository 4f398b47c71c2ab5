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
import { type RemovedSecrets, removeSecrets } from '../../src/tree/machine-secrets.js';

const KEY = '-----BEGIN RSA PRIVATE KEY-----\n';
const WANTS = 'usr/lib/systemd/system/sysinit.target.wants';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'machine-secrets-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function remove(shipped: readonly string[] = []): RemovedSecrets {
  const etc = join(root, 'etc');
  return removeSecrets({
    etc: { seen: etc, changed: etc },
    varDir: join(root, 'var'),
    usrDir: join(root, 'usr'),
    isShipped: (path) => shipped.includes(path),
  });
}

const there = (...paths: readonly string[]) => paths.filter((path) => existsSync(join(root, path)));

test('takes out what scripts generate, with the links to it, and has each machine make its own', () => {
  const secrets = [
    ...['etc/ssh/ssh_host_rsa_key', 'etc/ssh/ssh_host_rsa_key.pub', 'etc/bind/rndc.key'],
    ...['etc/ssl/private/ssl-cert-snakeoil.key', 'etc/ssl/certs/ssl-cert-snakeoil.pem', 'etc/adjtime'],
  ];
  for (const path of [...secrets, 'etc/ssh/sshd_config']) put(path);
  symlinkSync('ssl-cert-snakeoil.pem', join(root, 'etc/ssl/certs/abcd.0'));
  symlinkSync('other.pem', join(root, 'etc/ssl/certs/efgh.0'));
  assert.deepEqual(remove(), { lost: [] });
  assert.deepEqual(there(...secrets), []);
  assert.deepEqual(readdirSync(join(root, 'etc/ssl/certs')), ['efgh.0']);
  assert.deepEqual(readdirSync(join(root, 'etc/ssh')), ['sshd_config']);
  const names = ['rndc-key', 'snakeoil-certificate', 'ssh-host-keys'].map((name) => `apt-ostree-${name}.service`);
  assert.deepEqual(readdirSync(join(root, WANTS)).sort(), names);
  for (const name of names) assert.equal(readlinkSync(join(root, WANTS, name)), `../${name}`);
});

test('makes only what is missing, by a program that is there', () => {
  put('etc/ssh/ssh_host_ed25519_key');
  remove();
  const unit = readFileSync(join(root, 'usr/lib/systemd/system/apt-ostree-ssh-host-keys.service'), 'utf8');
  assert.match(
    unit,
    /^ConditionPathExists=\/usr\/bin\/ssh-keygen\nConditionPathExistsGlob=!\/etc\/ssh\/ssh_host_\*_key$/m,
  );
});

test('gives a unit that is there already the same text again', () => {
  const unit = () => readFileSync(join(root, 'usr/lib/systemd/system/apt-ostree-rndc-key.service'), 'utf8');
  put('etc/bind/rndc.key');
  remove();
  const first = unit();
  put('etc/bind/rndc.key');
  remove();
  assert.equal(unit(), first);
});

test('names keys that no unit makes, in /etc and in /var', () => {
  for (const path of ['etc/own.key', 'var/lib/service/key.pem', 'etc/shipped.key', 'var/lib/shipped.key'])
    put(path, KEY);
  const { lost } = remove(['/etc/shipped.key', '/var/lib/shipped.key']);
  assert.deepEqual(lost, ['/etc/own.key', '/var/lib/service/key.pem']);
  assert.deepEqual(there('etc/own.key', 'var/lib/service/key.pem', 'etc/shipped.key', 'var/lib/shipped.key'), [
    'etc/shipped.key',
    'var/lib/shipped.key',
  ]);
  assert.equal(existsSync(join(root, 'usr')), false);
});
