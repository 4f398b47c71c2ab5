// The product on a machine it runs: activated over the machine's own bus by systemd, asked through its own polkit,
// staging what the shutdown finalizes and the next boot runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DebFactory } from '../layer/deb.js';
import { freshSysroot } from './base.js';
import { bootMachine, type Machine } from './machine.js';
import { productLayer } from './product.js';

test('a package is staged, finalized at poweroff, booted, known as booted, and rolled back', async (t) => {
  using sysroot = await freshSysroot();
  using product = productLayer();
  using debs = new DebFactory();
  debs.build({ name: 'greeter', files: { 'usr/bin/greet': '#!/bin/sh\necho hello from the layer\n' } });
  const boot = () =>
    bootMachine({ sysroot: sysroot.path, usrLayer: product.usr, binds: [{ from: debs.directory, to: '/run/debs' }] });

  {
    await using machine = await boot();
    t.diagnostic(`booted in ${Math.round(machine.bootMs)} ms`);
    assert.match(await say(machine, 'apt-ostree status'), /^● debian\/12/m);
    assert.match(await say(machine, 'systemctl is-active apt-ostreed'), /^active$/m);
    await refusesNobody(machine);
    const installed = await say(machine, 'apt-ostree install --cache-only /run/debs/greeter.deb');
    assert.match(installed, /Changes queued for next boot/);
    assert.notEqual((await machine.run('greet')).status, 0, 'a staged package is not there before the boot');
    assert.deepEqual(await flags(machine), ['staged', 'booted']);
    await machine.poweroff();
  }
  {
    await using machine = await boot();
    assert.equal(await say(machine, 'greet'), 'hello from the layer\n');
    const history = JSON.parse(await say(machine, 'apt-ostree history --kind install --json')) as { booted: string };
    assert.equal(history.booted, 'booted-it');
    assert.match(await say(machine, 'apt-ostree journal verify'), /^ok/);
    await say(machine, 'apt-ostree rollback');
    await machine.poweroff();
  }
  {
    await using machine = await boot();
    assert.notEqual((await machine.run('greet')).status, 0);
    assert.deepEqual(await flags(machine), ['booted', '']);
    await machine.poweroff();
  }
});

interface Status {
  readonly deployments: readonly { readonly booted: boolean; readonly staged: boolean }[];
}

/** Of each deployment, in boot order. */
async function flags(machine: Machine): Promise<readonly string[]> {
  const { deployments } = JSON.parse(await say(machine, 'apt-ostree status --json')) as Status;
  return deployments.map(({ booted, staged }) => `${booted ? 'booted' : ''}${staged ? 'staged' : ''}`);
}

async function refusesNobody(machine: Machine): Promise<void> {
  const command = 'setpriv --reuid=nobody --regid=nogroup --clear-groups apt-ostree install htop';
  const { status, output } = await machine.run(command);
  assert.equal(status, 1, output);
  assert.match(output, /org\.projectatomic\.aptostree\.install-uninstall-packages/);
  assert.equal(await say(machine, 'apt-ostree history'), '');
}

async function say(machine: Machine, command: string): Promise<string> {
  const { status, output } = await machine.run(command);
  assert.equal(status, 0, `${command}: ${output}`);
  return output;
}
