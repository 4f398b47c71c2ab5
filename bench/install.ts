// A package whose archive is at hand, installed by us and by hand.

import { type Hand, installByHand, prepareByHand } from './by-hand.js';
import { type Figure, figure } from './figure.js';
import { preparedSysroot, SMALL_PACKAGE, sysrootOn } from './layered-sysroot.js';
import { Rig } from './rig.js';
import { ratios } from './statistics.js';

const ROUNDS = 5;

/** Ours: from starting the command line, the daemon being there, to its end. By hand: the same up to the deployment. */
export async function install(): Promise<readonly Figure[]> {
  const ours: number[] = [];
  const byHand: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await installOnce());
    byHand.push(await byHandOnce());
  }
  return [
    figure({ name: `install of cached ${SMALL_PACKAGE}`, unit: 'ms', samples: ours }),
    figure({ name: `install of cached ${SMALL_PACKAGE}, by hand`, unit: 'ms', samples: byHand }),
    figure({ name: 'install / by hand', unit: 'ratio', samples: ratios(ours, byHand), target: 0.6 }),
  ];
}

async function installOnce(): Promise<number> {
  using filesystem = (await preparedSysroot()).copy();
  await using rig = await Rig.start(sysrootOn(filesystem));
  const { milliseconds } = await rig.cli('install', SMALL_PACKAGE);
  await rig.idle();
  return milliseconds;
}

async function byHandOnce(): Promise<number> {
  using filesystem = (await preparedSysroot()).copy();
  const hand: Hand = { sysroot: sysrootOn(filesystem), directory: `${filesystem.path}/by-hand` };
  const base = 'debian/12/amd64/minimal';
  prepareByHand(hand, { base, packages: [SMALL_PACKAGE] });
  return installByHand(hand, { base, name: SMALL_PACKAGE });
}
