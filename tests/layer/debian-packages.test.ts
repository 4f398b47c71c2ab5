import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bootMachine, type Machine } from '../machine/machine.js';
import { DEPLOY, install, type LayeringSysroot, layeringSysroot, type Outcome } from './layering.js';

/** Packages with services, users, triggers, debconf questions, capabilities and generated keys, and how each is asked. */
const PACKAGES: Readonly<Record<string, readonly [command: string, answer: RegExp]>> = {
  htop: ['htop --version', /^htop 3/],
  vim: ['vim --version', /^VIM - Vi IMproved/],
  nginx: ['nginx -v', /^nginx version: /],
  postgresql: ['psql --version', /^psql \(PostgreSQL\) 15/],
  'openssh-server': ['sshd -V', /^OpenSSH_9/m],
  'iputils-ping': ['ping -V', /^ping from iputils/],
  'man-db': ['man --version', /^man 2/],
  python3: ['python3 --version', /^Python 3/],
  git: ['git --version', /^git version 2/],
  locales: ['locale -a', /^C.utf8$/m],
};

let sysroot: LayeringSysroot;
let layered: Outcome;
let machine: Machine;

before(async () => {
  sysroot = await layeringSysroot();
  layered = await install(sysroot, { add: Object.keys(PACKAGES) }, DEPLOY);
  assert.equal(layered.failure, null, layered.failure?.message);
  machine = await bootMachine({ sysroot: sysroot.path });
});
after(async () => {
  await machine?.[Symbol.asyncDispose]();
  sysroot.remove();
});

test('boots a deployment with layered services to running', async () => {
  assert.equal(machine.state, 'running', (await machine.run('systemctl --failed --no-legend')).output);
  const { output } = await machine.run('systemctl is-active nginx postgresql@15-main ssh');
  assert.equal(output, 'active\nactive\nactive\n');
});

for (const [name, [command, answer]] of Object.entries(PACKAGES))
  test(`runs ${name} in the deployment`, async () => {
    const { status, output } = await machine.run(`${command} 2>&1`);
    assert.equal(status, 0, output);
    assert.match(output, answer);
  });

test('finds every file of every package as dpkg left it', async () => {
  const { output } = await machine.run('dpkg --verify; dpkg --audit');
  // kernel files are where OSTree looks for them
  assert.deepEqual(
    output.split('\n').filter((line) => line !== '' && !/^missing +\/boot\//.test(line)),
    [],
  );
});

test('keeps the capability of ping', async () => {
  const { output } = await machine.run('getcap /usr/bin/ping || true; ping -c 1 127.0.0.1 > /dev/null && echo pong');
  assert.match(output, /pong/);
  const caps = await machine.run(
    "python3 -c \"import os; print(os.getxattr('/usr/bin/ping', 'security.capability').hex())\"",
  );
  assert.match(caps.output, /^01000002|^00000002/);
});

test('makes host keys and certificate on the machine, not in the commit', async () => {
  const listing = async (directory: string) => (await machine.run(`ls ${directory}`)).output;
  assert.match(await listing('/etc/ssh'), /^ssh_host_ed25519_key$/m);
  assert.doesNotMatch(await listing('/usr/etc/ssh'), /ssh_host/);
  assert.match(await listing('/etc/ssl/private'), /^ssl-cert-snakeoil.key$/m);
  assert.doesNotMatch(await listing('/usr/etc/ssl/private'), /snakeoil/);
});

test('answers queries from a database whose files are its own', async () => {
  const { output } = await machine.run(
    'su postgres -c "psql -Atc \'select 6*7\'"; find /var/lib/postgresql -type f -links +1 | wc -l',
  );
  assert.equal(output, '42\n0\n');
});

test('has byte code that is valid whatever the time stamps say', async () => {
  const deployment = join(sysroot.path, 'ostree/deploy/debian/deploy', `${layered.facts.commit}.0`);
  const { output } = await machine.run('find /usr/lib/python3.11 -name "*.pyc" | head -1');
  // PEP 552: bit 0 of the flags says that the source's hash counts, not its time
  assert.equal(readFileSync(join(deployment, output.trim())).readUInt32LE(4) & 1, 1);
});
