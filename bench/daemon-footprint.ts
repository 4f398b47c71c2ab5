// What the daemon takes of a machine while nothing is asked of it.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figure } from './figure.js';
import { preparedSysroot, SMALL_PACKAGE, sysrootOn } from './layered-sysroot.js';
import { cpuSeconds, residentMegabytes } from './processes.js';
import { Rig } from './rig.js';

const ROUNDS = 5;
const SETTLE_MS = 2_000;
const IDLE_SECONDS = 10;

export async function daemonFootprint(): Promise<readonly Figure[]> {
  const idle: number[] = [];
  const afterInstall: number[] = [];
  const processor: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    using filesystem = (await preparedSysroot()).copy();
    await using rig = await Rig.start(sysrootOn(filesystem));
    const { pid } = rig.daemon;
    await sleep(SETTLE_MS);
    idle.push(residentMegabytes(pid));
    processor.push(await processorPercent(pid));
    await rig.cli('install', SMALL_PACKAGE);
    await rig.idle();
    await sleep(SETTLE_MS);
    afterInstall.push(residentMegabytes(pid));
  }
  return [
    figure({ name: 'daemon memory (RSS), idle', unit: 'MB', samples: idle, target: 80 }),
    figure({ name: 'daemon memory (RSS), after an install', unit: 'MB', samples: afterInstall }),
    figure({ name: 'daemon processor time, idle', unit: '%', samples: processor, target: 0 }),
  ];
}

/** Of one processor; the kernel counts in hundredths of a second. */
async function processorPercent(pid: number): Promise<number> {
  const before = cpuSeconds(pid);
  await sleep(IDLE_SECONDS * 1000);
  return (100 * (cpuSeconds(pid) - before)) / IDLE_SECONDS;
}
