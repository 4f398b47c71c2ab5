// A machine that runs the deployment itself: the programs on its own bus, with its own polkit and systemd.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryRow } from '../../src/journal/rows.js';
import { bootMachine, type Machine } from '../machine/machine.js';
import { productLayer } from '../machine/product.js';
import { NAME } from './daemon.js';
import { leftovers } from './leftovers.js';
import { OS_PATH, Stand } from './stand.js';

const CALL = `busctl --timeout=60 call ${NAME}`;

test('htop installed with busctl is staged, finalized at poweroff, and runs after the next boot', {
  timeout: 120_000,
}, async () => {
  await using world = await preparedWorld();
  const { boot } = world;
  {
    await using machine = await boot();
    const reply = await say(
      machine,
      `${CALL} ${OS_PATH} ${NAME}.OS PkgChange 'a{sv}asas' 1 cache-only b true 1 htop 0`,
    );
    const id = /transaction-([0-9a-f]{32})\.sock/.exec(reply)?.[1] ?? assert.fail(reply);
    const path = `/org/projectatomic/aptostree1/Transaction/${id}`;
    await say(machine, `${CALL} ${path} ${NAME}.Transaction Start`);
    await state(machine, path, 'Committed');
    assert.equal(await property(machine, path, 'Booted'), 's "pending"\n');
    assert.deepEqual(
      (await history(machine)).map(({ booted }) => booted),
      ['pending'],
    );
    assert.notEqual((await machine.run('htop --version')).status, 0);
    await machine.poweroff();
  }
  await using machine = await boot();
  assert.match(await say(machine, 'htop --version'), /^htop 3/);
  assert.deepEqual(
    (await history(machine)).map(({ state: ended, booted }) => `${ended} ${booted}`),
    ['Committed booted-it'],
  );
  assert.match(await say(machine, 'apt-ostree journal verify'), /^ok: /);
  await machine.poweroff();
  assert.deepEqual(await leftovers(world.path), []);
});

test('a daemon killed in the middle of an install is started again and stages what it had begun', {
  timeout: 120_000,
}, async () => {
  await using world = await preparedWorld();
  await using machine = await world.boot();
  const install = 'apt-ostree install --cache-only htop > /run/install.log 2>&1 &';
  const installing = 'until grep -q "Installing packages" /run/install.log; do sleep 0.02; done';
  await say(machine, `${install}\n${installing}\nsystemctl kill --signal=KILL --kill-whom=main apt-ostreed`);
  const deadline = performance.now() + 60_000;
  let row: HistoryRow | undefined;
  do {
    [row] = await history(machine);
    await sleep(200);
  } while (row?.state !== 'Committed' && performance.now() < deadline);
  assert.deepEqual([row?.state, row?.booted], ['Committed', 'pending']);
  assert.match(await say(machine, 'apt-ostree journal show'), /Installing packages: interrupted, attempt 2/);
  const { deployments } = JSON.parse(await say(machine, 'apt-ostree status --json')) as {
    readonly deployments: readonly { readonly staged: boolean }[];
  };
  assert.deepEqual(
    deployments.map(({ staged }) => staged),
    [true, false],
  );
  await machine.poweroff();
});

test('when the power fails the staged deployment is lost; the next start stages it again and says so', {
  timeout: 600_000,
}, async () => {
  await using world = await preparedWorld();
  {
    await using machine = await world.boot();
    await say(machine, 'apt-ostree install --cache-only htop');
    await machine.crash();
  }
  {
    await using machine = await world.boot();
    assert.notEqual((await machine.run('htop --version')).status, 0);
    await fate(machine, 'Committed pending');
    assert.match(await say(machine, 'apt-ostree journal show'), /lost before its boot.*staged again/);
    assert.match(await say(machine, 'apt-ostree status'), /^ *LayeredPackages: htop$/m);
    await machine.poweroff();
  }
  await using machine = await world.boot();
  assert.match(await say(machine, 'htop --version'), /^htop 3/);
  await fate(machine, 'Committed booted-it');
  await machine.poweroff();
  assert.deepEqual(await leftovers(world.path), []);
});

/** Waits for the end of what the daemon does by itself. */
async function fate(machine: Machine, wanted: string): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const [row] = await history(machine);
    const found = `${row?.state} ${row?.booted}`;
    if (found === wanted) return;
    assert.ok(performance.now() < deadline, `it is ${found}, not ${wanted}`);
    await sleep(200);
  }
}

test('a locked deployment is not applied by a shutdown, is there again after it, and is applied once it is let through', {
  timeout: 600_000,
}, async () => {
  await using world = await preparedWorld();
  {
    await using machine = await world.boot();
    await say(machine, 'apt-ostree install --cache-only --lock-finalization htop');
    assert.match(await say(machine, 'apt-ostree status'), /^ *Staged: yes \(finalization locked\)$/m);
    await machine.poweroff();
  }
  await using machine = await world.boot();
  assert.notEqual((await machine.run('htop --version')).status, 0);
  await fate(machine, 'Committed pending');
  assert.match(await say(machine, 'apt-ostree status'), /^ *Staged: yes \(finalization locked\)$/m);
  const wrong = await machine.run(`apt-ostree finalize-deployment --no-reboot ${'0'.repeat(64)}`);
  assert.deepEqual([wrong.status, /expected 0+ to be staged/.test(wrong.output)], [1, true]);
  // killed anywhere on the way: the next start of the daemon goes on
  const finalize = 'apt-ostree finalize-deployment --no-reboot --allow-missing-checksum';
  await machine.run(
    `${finalize} > /dev/null 2>&1 & sleep 0.3; systemctl kill --signal=KILL --kill-whom=main apt-ostreed; wait`,
  );
  const { output } = await machine.run(
    `until apt-ostree status | grep -q idle; do sleep 0.2; done; ${finalize} --allow-unlocked`,
  );
  assert.match(output, /Changes queued for next boot/);
  assert.match(await say(machine, 'apt-ostree status --verbose'), /^ *Staged: yes$/m);
  await machine.poweroff();
  await using last = await world.boot();
  assert.match(await say(last, 'htop --version'), /^htop 3/);
  await fate(last, 'Committed booted-it');
  await last.poweroff();
});

interface World extends AsyncDisposable {
  readonly path: string;
  boot(): Promise<Machine>;
}

/** A sysroot with indexes and archives of htop, and the programs as a package would install them. */
async function preparedWorld(): Promise<World> {
  const stand = await Stand.open({ serve: 'peer' });
  const product = productLayer();
  await stand.done('install', '--download-only', 'htop');
  // the machine's own journal shall begin with the machine
  rmSync(dirname(stand.journalFile), { recursive: true });
  return {
    path: stand.path,
    boot: () => bootMachine({ sysroot: stand.path, usrLayer: product.usr }),
    [Symbol.asyncDispose]: async () => {
      product[Symbol.dispose]();
      await stand.close({ keepDownloads: true });
    },
  };
}

async function state(machine: Machine, path: string, wanted: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await property(machine, path, 'State')).includes(wanted)) {
    assert.ok(performance.now() < deadline, `${path} did not come to ${wanted}`);
    await sleep(100);
  }
}

function property(machine: Machine, path: string, name: string): Promise<string> {
  return say(machine, `busctl get-property ${NAME} ${path} ${NAME}.Transaction ${name}`);
}

async function history(machine: Machine): Promise<readonly HistoryRow[]> {
  const text = await say(machine, 'apt-ostree history --json --kind install');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as HistoryRow);
}

async function say(machine: Machine, command: string): Promise<string> {
  const { status, output } = await machine.run(command);
  assert.equal(status, 0, `${command}: ${output}`);
  return output;
}
