// The daemon as systemd runs it: ready, idle, reloaded, restarted in the middle of an install, and asked at the next boot.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryRow } from '../../src/journal/rows.js';
import { DebFactory } from '../layer/deb.js';
import { freshSysroot } from './base.js';
import { bootMachine, type Machine } from './machine.js';
import { productLayer } from './product.js';

const CONFIGURATION = '/etc/apt-ostreed.conf';

test('systemd starts, reloads, lets go, restarts and boots it, and no transaction is lost', async () => {
  using sysroot = await freshSysroot();
  using product = productLayer();
  using debs = new DebFactory();
  debs.build({
    name: 'slow',
    files: { 'usr/bin/slow': '#!/bin/sh\necho slow\n' },
    scripts: { postinst: 'sleep 4' },
  });
  const boot = () =>
    bootMachine({ sysroot: sysroot.path, usrLayer: product.usr, binds: [{ from: debs.directory, to: '/run/debs' }] });
  {
    await using machine = await boot();
    // the boot itself has asked it which deployment booted
    assert.equal(await shown(machine, 'apt-ostree-booted', 'Result'), 'success');
    assert.match(await say(machine, 'journalctl --unit apt-ostreed --output cat'), /^Started apt-ostreed/m);
    await say(machine, 'apt-ostree status');
    assert.equal(await shown(machine, 'apt-ostreed', 'StatusText'), 'idle');
    await staysReloaded(machine);
    await leavesWhenIdle(machine);
    await outlivesRestart(machine);
    await machine.poweroff();
  }
  await using machine = await boot();
  assert.match(await say(machine, 'journalctl --unit apt-ostree-booted --output cat'), /● /);
  assert.ok((await installs(machine)).some(({ booted }) => booted === 'booted-it'));
  assert.equal(await say(machine, 'slow'), 'slow\n');
  await machine.poweroff();
});

async function staysReloaded(machine: Machine): Promise<void> {
  const wrong = `error: cannot read the configuration: ${CONFIGURATION}, line 2: unknown key "Idle" in [Daemon]`;
  await configure(machine, 'Idle=1');
  const reload = await machine.run('apt-ostree reload');
  assert.equal(reload.status, 1);
  assert.ok(reload.output.startsWith(wrong), reload.output);
  assert.notEqual((await machine.run('systemctl reload apt-ostreed')).status, 0);
  assert.equal(await shown(machine, 'apt-ostreed', 'ActiveState'), 'active');
  // it does not start with such a file, and says the same
  await machine.run('systemctl restart apt-ostreed');
  assert.equal(await shown(machine, 'apt-ostreed', 'ExecMainStatus'), '78');
  assert.ok((await say(machine, 'journalctl --unit apt-ostreed --output cat')).includes(wrong));
}

async function leavesWhenIdle(machine: Machine): Promise<void> {
  await configure(machine, 'IdleExitTimeout=1');
  await say(machine, 'systemctl reset-failed apt-ostreed; apt-ostree status');
  await until(async () => (await shown(machine, 'apt-ostreed', 'ActiveState')) === 'inactive', 'its idle exit');
  assert.equal(await shown(machine, 'apt-ostreed', 'Result'), 'success');
  // the bus has it started again, by whoever calls
  assert.match(await say(machine, 'apt-ostree status'), /^● debian/m);
}

/** The transaction takes longer than an idle daemon stays, and is named by files where a user has them. */
async function outlivesRestart(machine: Machine): Promise<void> {
  await say(machine, 'cp /run/debs/slow.deb /tmp/');
  await say(machine, 'apt-ostree install --cache-only /tmp/slow.deb >/run/install.log 2>&1 &');
  const status = () => shown(machine, 'apt-ostreed', 'StatusText');
  await until(async () => /install .*slow\.deb: Installing packages \(\d\/\d\)/.test(await status()), 'the install');
  await say(machine, 'systemctl restart apt-ostreed');
  await until(async () => (await installs(machine))[0]?.state === 'Committed', 'the end of the install');
  assert.match(await say(machine, 'apt-ostree journal show'), /Installing packages: interrupted, attempt 2/);
  // the same file is read from a home directory as well
  await say(machine, 'mv /tmp/slow.deb /root/');
  const again = await machine.run('apt-ostree install --cache-only /root/slow.deb');
  assert.doesNotMatch(again.output, /cannot read/);
}

async function configure(machine: Machine, line: string): Promise<void> {
  await say(machine, `printf '[Daemon]\\n${line}\\n' > ${CONFIGURATION}`);
}

/** The latest first. */
async function installs(machine: Machine): Promise<readonly HistoryRow[]> {
  const text = await say(machine, 'apt-ostree history --kind install --json');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as HistoryRow);
}

async function shown(machine: Machine, unit: string, property: string): Promise<string> {
  return (await say(machine, `systemctl show ${unit} --property ${property} --value`)).trim();
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `waited in vain for ${what}`);
    await sleep(50);
  }
}

async function say(machine: Machine, command: string): Promise<string> {
  const { status, output } = await machine.run(command);
  assert.equal(status, 0, `${command}: ${output}`);
  return output;
}
