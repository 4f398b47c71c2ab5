// How long the command line takes to do the least it can do.

import { spawnSync } from 'node:child_process';
import { freshSysroot } from '../tests/machine/base.js';
import { type Figure, figure } from './figure.js';
import { program } from './programs.js';
import { Rig } from './rig.js';
import { ratios } from './statistics.js';

const ROUNDS = 20;

/** `--version` is what every start costs; `status` asks a running daemon. Node with an empty program is the least. */
export async function cliStart(): Promise<readonly Figure[]> {
  using sysroot = await freshSysroot();
  await using rig = await Rig.start(sysroot.path);
  const node: number[] = [];
  const version: number[] = [];
  const status: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    node.push(timed(process.execPath, ['-e', '0']));
    version.push(timed(program('apt-ostree'), ['--version']));
    status.push((await rig.cli('status')).milliseconds);
  }
  return [
    figure({ name: 'empty node', unit: 'ms', samples: node }),
    figure({ name: 'command line, --version', unit: 'ms', samples: version }),
    figure({ name: 'command line, --version / empty node', unit: 'ratio', samples: ratios(version, node) }),
    figure({ name: 'command line, status', unit: 'ms', samples: status }),
    figure({ name: 'command line, status / empty node', unit: 'ratio', samples: ratios(status, node) }),
  ];
}

function timed(command: string, args: readonly string[]): number {
  const startedAtMs = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
  return performance.now() - startedAtMs;
}
