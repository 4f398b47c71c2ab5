// What the daemon takes of a machine while nothing is asked of it.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figure } from './figure.js';
import { preparedSysroot, SMALL_PACKAGE, sysrootOn } from './layered-sysroot.js';
import { cpuSeconds, residentMegabytes } from './processes.js';
import { Rig } from './rig.js';

const DAEMONS = 5;
/** V8 gives memory back some ten seconds after a program has become quiet, which is work of its own. */
const SETTLE_MS = 15_000;
const IDLE_SECONDS = 10;

/** Several daemons, each with a bus and a sysroot of its own: all idle at the same time, then busy one after another. */
export async function daemonFootprint(): Promise<readonly Figure[]> {
  return withRigs([], measure);
}

async function withRigs(
  rigs: readonly Rig[],
  body: (rigs: readonly Rig[]) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  if (rigs.length === DAEMONS) return body(rigs);
  using filesystem = (await preparedSysroot()).copy();
  await using rig = await Rig.start(sysrootOn(filesystem));
  return await withRigs([...rigs, rig], body);
}

async function measure(rigs: readonly Rig[]): Promise<readonly Figure[]> {
  await sleep(SETTLE_MS);
  const idle = rigs.map(({ daemon }) => residentMegabytes(daemon.pid));
  const processor = await processorPercents(rigs);
  for (const rig of rigs) {
    await rig.cli('install', SMALL_PACKAGE);
    await rig.idle();
  }
  const afterInstall = rigs.map(({ daemon }) => residentMegabytes(daemon.pid));
  return [
    figure({ name: 'daemon memory (RSS), idle', unit: 'MB', samples: idle, target: 80 }),
    figure({ name: 'daemon memory (RSS), after an install', unit: 'MB', samples: afterInstall }),
    figure({ name: 'daemon processor time, idle', unit: '%', samples: processor, target: 0 }),
  ];
}

/** Of one processor; the kernel counts in hundredths of a second. */
async function processorPercents(rigs: readonly Rig[]): Promise<readonly number[]> {
  const before = rigs.map(({ daemon }) => cpuSeconds(daemon.pid));
  await sleep(IDLE_SECONDS * 1000);
  return rigs.map(({ daemon }, index) => (100 * (cpuSeconds(daemon.pid) - (before[index] ?? 0))) / IDLE_SECONDS);
}
