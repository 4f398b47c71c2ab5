// The power fails on a real machine: after staging, in the middle of an install, while the shutdown finalizes. One
// machine lives through all rounds. What boots next is one of two known systems, and the journal knows which.
// `APT_OSTREE_SEED=N` repeats the moments of a run.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryRow } from '../../src/journal/rows.js';
import { Administrator } from './administrator.js';
import { ARCHIVE_DISK, composeBaseDisk, copyOfDisk, makeArchiveDisk } from './disks.js';
import { type Moment, moments } from './power-moments.js';
import { scenario } from './scenarios.js';
import { VirtualMachine } from './virtual-machine.js';

const SEED = Number(process.env['APT_OSTREE_SEED'] ?? Date.now() % 1_000_000);
const PACKAGE = 'greeter';

let disk = '';
let machine: VirtualMachine;
let admin: Administrator;
let installMs = 0;
let shutdownMs = 0;

after(async () => {
  await machine?.[Symbol.asyncDispose]();
  rmSync(disk, { force: true });
});

async function boot(): Promise<void> {
  machine = await VirtualMachine.start({ disk, archive: ARCHIVE_DISK, name: 'power-loss' });
  admin = new Administrator(machine);
  // an emulated processor beside others may take longer than the bus waits for a service to start
  await admin.waitsUntil('apt-ostree status');
}

scenario('a machine is prepared, and an undisturbed install measured', async () => {
  await composeBaseDisk();
  await makeArchiveDisk();
  disk = copyOfDisk('power-loss');
  await boot();
  await admin.usesTheArchive('first');
  await admin.types('apt-ostree refresh-md');
  installMs = await duration(() => admin.types(change(false)));
  shutdownMs = await duration(() => machine.poweroff());
  await boot();
  await checks();
});

for (const moment of moments(SEED))
  scenario(`round ${moment.round} (seed ${SEED}): ${moment.title}`, async () => {
    const before = await bootedWorld();
    await strike(moment, before);
    await boot();
    const after = await checks();
    const [row] = await admin.history('--limit 1');
    assert.ok(row !== undefined);
    checkFate(moment, row, { before, after });
  });

scenario('after all that the machine still installs, boots what it installed, and is sound', async () => {
  const { present } = await bootedWorld();
  await admin.types('apt-ostree cleanup --pending');
  await admin.types(change(present));
  await machine.reboot();
  const { present: now } = await checks();
  assert.equal(now, !present);
  await machine.poweroff();
});

/** Each transaction lays a new tree, whatever became of the one before it. */
function change(present: boolean): string {
  return `apt-ostree ${present ? 'uninstall' : 'install'} ${PACKAGE}`;
}

async function strike({ kind, part }: Moment, { present }: World): Promise<void> {
  if (kind === 'installing') {
    await admin.types('apt-ostree cleanup --pending');
    machine.begin(change(present));
    await sleep(part * installMs);
  } else {
    await admin.types('apt-ostree cleanup --pending');
    await admin.types(change(present));
  }
  if (kind === 'finalizing') {
    machine.begin('systemctl poweroff --no-block');
    await sleep(part * shutdownMs);
  }
  await machine.kill();
}

interface World {
  /** Whether the running system has the package. */
  readonly present: boolean;
  readonly checksum: string;
}

/** Which of the two systems runs, and that it is one whole. */
async function checks(): Promise<World> {
  const state = (await machine.run('systemctl is-system-running --wait')).output.trim();
  assert.equal(state, 'running', await admin.types('systemctl --failed --no-legend'));
  // what was cut off is ended first
  await admin.waitsUntil('test "$(apt-ostree status --jsonpath \'$.transaction\')" = "[\n  null\n]"');
  await admin.verifiesTheJournal();
  const world = await bootedWorld();
  assert.equal((await machine.run('greet')).status === 0, world.present);
  return world;
}

async function bootedWorld(): Promise<World> {
  const { deployments } = await admin.status();
  const booted = deployments.find((each) => each.booted);
  assert.ok(booted !== undefined, 'a deployment is booted');
  return { present: booted.packages.includes(PACKAGE), checksum: booted.checksum };
}

function checkFate(
  { kind }: Moment,
  { state, booted }: HistoryRow,
  { before, after }: { readonly before: World; readonly after: World },
): void {
  const changed = before.checksum !== after.checksum;
  if (kind === 'staged') {
    assert.equal(changed, false, 'a staged deployment does not boot without a shutdown');
    assert.deepEqual([state, booted], ['Committed', 'pending'], 'it is staged again');
  } else if (kind === 'installing') {
    assert.equal(changed, false);
    if (state === 'Committed') assert.equal(booted, 'pending');
    else assert.ok(['Failed', 'RolledBack', 'Cancelled'].includes(state), state);
  } else {
    assert.equal(state, 'Committed');
    assert.equal(booted, changed ? 'booted-it' : 'pending');
    assert.equal(after.present, changed ? !before.present : before.present);
  }
}

async function duration(body: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await body();
  return performance.now() - startedAt;
}
