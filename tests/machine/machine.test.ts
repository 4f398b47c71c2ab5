import assert from 'node:assert/strict';
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
  assert.match((await machine.run("dpkg-query -W -f '${Status}' apt")).output, /^install ok installed$/);
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
