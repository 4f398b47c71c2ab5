// How soon a killed daemon goes on with what it was doing.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figure } from './figure.js';
import { preparedSysroot, SMALL_PACKAGE, sysrootOn } from './layered-sysroot.js';
import { Rig, type RunningDaemon } from './rig.js';

const ROUNDS = 7;
/** A step that works on the disk from its first moment on, so that its going on can be seen from outside. */
const STEP = 'tree.assemble';
/** Into the step. */
const KILL_AFTER_MS = 150;

/**
 * From starting the program of the daemon, Node included: until the journal has the row of the new attempt, and until a
 * new executor takes away what the killed one left of its scratch to make it anew.
 */
export async function resume(): Promise<readonly Figure[]> {
  const attempted: number[] = [];
  const goesOn: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const times = await killAndResume();
    attempted.push(times.attemptedMs);
    goesOn.push(times.goesOnMs);
  }
  return [
    figure({ name: 'resume after kill: attempt journaled', unit: 'ms', samples: attempted, target: 500 }),
    figure({ name: 'resume after kill: step goes on', unit: 'ms', samples: goesOn, target: 500 }),
  ];
}

async function killAndResume() {
  using filesystem = (await preparedSysroot()).copy();
  const sysroot = sysrootOn(filesystem);
  await using rig = await Rig.start(sysroot);
  const begun = stepBegins(rig.daemon, 1);
  const client = rig.spawnCli(['install', SMALL_PACKAGE]);
  const { transaction } = await begun;
  await sleep(KILL_AFTER_MS);
  await rig.killDaemon();
  client.kill('SIGKILL');
  const scratch = join(sysroot, 'ostree/apt-ostree/scratch', transaction);
  const before = identityOf(scratch);
  const startedAtMs = performance.now();
  const attempted = stepBegins(rig.spawnDaemon(), 2).then(({ atMs }) => atMs - startedAtMs);
  while (identityOf(scratch) === before) await sleep(1);
  const goesOnMs = performance.now() - startedAtMs;
  const attemptedMs = await attempted;
  await committed(rig, transaction);
  return { attemptedMs, goesOnMs };
}

/** The daemon says that a step begins once the row that makes it so is on disk. */
function stepBegins(daemon: RunningDaemon, attempt: number) {
  return new Promise<{ readonly transaction: string; readonly atMs: number }>((resolve) => {
    daemon.onLog(({ msg, step, transaction, attempt: number }) => {
      if (msg !== 'step begins' || step !== STEP || number !== attempt) return;
      resolve({ transaction: String(transaction), atMs: performance.now() });
    });
  });
}

/** A directory that was made anew is another one. */
function identityOf(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? null : `${stat.ino} ${stat.birthtimeNs}`;
}

async function committed(rig: Rig, transaction: string): Promise<void> {
  await rig.answering();
  const client = await rig.client();
  const handle = await client.transaction(transaction);
  for await (const signal of handle.events())
    if (signal.type === 'finished' && !signal.ok) throw new Error(`the resumed transaction failed: ${signal.message}`);
  await client.close();
  await rig.idle();
}
