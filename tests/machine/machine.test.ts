import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshSysroot } from './base.js';
import { bootMachine } from './machine.js';

test('boots the base to running, with the deployment known as booted', async () => {
  using sysroot = await freshSysroot();
  await using machine = await bootMachine({ sysroot: sysroot.path });
  assert.equal(machine.state, 'running', (await machine.run('systemctl --failed --no-legend')).output);
  const { output } = await machine.run('ostree admin status');
  assert.match(output, new RegExp(`^\\* debian ${sysroot.commit}\\.0`, 'm'));
  assert.notEqual((await machine.run('touch /usr/x')).status, 0);
  assert.notEqual((await machine.run('touch /sysroot/x')).status, 0);
  await machine.poweroff();
});

test('has its package state in the tree after the first boot', async () => {
  using sysroot = await freshSysroot();
  await using machine = await bootMachine({ sysroot: sysroot.path });
  assert.equal((await machine.run('readlink /var/lib/dpkg')).output, '../../usr/lib/sysimage/dpkg\n');
  assert.match((await machine.run('dpkg --status apt')).output, /^Status: install ok installed$/m);
  assert.match((await machine.run('apt-mark showauto')).output, /^libapt-pkg6\.0$/m);
  assert.match(
    (await machine.run('stat -c "%a %U" /root/ /home/ /usr/local/bin')).output,
    /^700 root\n755 root\n755 root\n$/,
  );
});

test('finalizes a staged deployment at poweroff and boots it next', async () => {
  using sysroot = await freshSysroot();
  const first = await bootMachine({ sysroot: sysroot.path });
  const staged = await first.run(`ostree admin deploy --stage --karg-append=second=1 ${sysroot.ref}`);
  assert.equal(staged.status, 0, staged.output);
  assert.match((await first.run('ostree admin status')).output, /\(staged\)/);
  await first.poweroff();
  await using second = await bootMachine({ sysroot: sysroot.path });
  assert.ok(second.entry.kargs.includes('second=1'));
  assert.match((await second.run('ostree admin status')).output, new RegExp(`^\\* debian ${sysroot.commit}\\.1`, 'm'));
});

test('loses a staged deployment when the power fails', async () => {
  using sysroot = await freshSysroot();
  const first = await bootMachine({ sysroot: sysroot.path });
  assert.equal((await first.run(`ostree admin deploy --stage ${sysroot.ref}`)).status, 0);
  await first.crash();
  await using second = await bootMachine({ sysroot: sysroot.path });
  assert.match((await second.run('ostree admin status')).output, new RegExp(`^\\* debian ${sysroot.commit}\\.0`));
});

test('lays files over /usr and binds host directories without touching the deployment', async () => {
  using sysroot = await freshSysroot();
  const host = mkdtempSync(join(tmpdir(), 'machine-host-'));
  mkdirSync(join(host, 'layer/bin'), { recursive: true });
  writeFileSync(join(host, 'layer/bin/hello'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  writeFileSync(join(host, 'note'), 'from the host\n');
  const options = { usrLayer: join(host, 'layer'), binds: [{ from: host, to: '/run/from-host' }] };
  await using machine = await bootMachine({ sysroot: sysroot.path, ...options });
  assert.equal((await machine.run('hello; cat /run/from-host/note')).output, 'hello\nfrom the host\n');
  assert.notEqual((await machine.run('touch /usr/x /run/from-host/x')).status, 0);
  assert.match((await machine.run('ostree admin status')).output, /^\* debian/m);
  assert.equal(existsSync(join(machine.entry.deployment, 'usr/bin/hello')), false);
  rmSync(host, { recursive: true });
});

test('boots two machines side by side', async () => {
  using left = await freshSysroot();
  using right = await freshSysroot();
  await using first = await bootMachine({ sysroot: left.path });
  await using second = await bootMachine({ sysroot: right.path });
  const ids = [await first.run('cat /etc/machine-id'), await second.run('cat /etc/machine-id')];
  assert.notEqual(ids[0]?.output, ids[1]?.output);
  await first.poweroff();
  assert.equal((await second.run('systemctl is-system-running')).output, 'running\n');
});
