// The sandbox that maintainer scripts run in: the tree being assembled, a captured /var, no network, nothing of the host.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_DIRECTORY } from '../../apt/apt-config.js';
import type { ProcessResult } from '../../system/process.js';
import { OPT_PAYLOAD } from '../../tree/opt-payload.js';
import { refuseLinks } from '../../tree/plain-places.js';
import type { StepContext } from '../step-handler.js';
import { type RunOptions, runInSandbox, type Sandbox } from './bubblewrap.js';
import type { ScratchLayout } from './scratch.js';

export const SANDBOX_ARCHIVES = `${RUN_DIRECTORY}/archives`;

/**
 * Runs a program in the tree, whose /etc and /opt are mounts of places in it: what the program before left there is
 * looked at first. @throws invalid-tree and what a sandbox throws
 */
export function runOnTree(sandbox: Sandbox, command: readonly string[], options: RunOptions): Promise<ProcessResult> {
  refuseLinks(sandbox.root);
  return runInSandbox(sandbox, command, options);
}

/** @param timestampSeconds the base commit's: what is generated while installing shall not depend on the clock */
export function treeSandbox(
  layout: ScratchLayout,
  { paths }: Pick<StepContext, 'paths'>,
  timestampSeconds: number,
): Sandbox {
  mkdirSync(join(layout.var, 'opt'), { recursive: true });
  return {
    root: layout.root,
    writable: true,
    network: false,
    directories: [RUN_DIRECTORY],
    binds: [
      { source: join(layout.root, 'usr/etc'), target: '/etc', writable: true },
      { source: layout.var, target: '/var', writable: true },
      // /opt leads to /var/opt: what packages put there belongs to the tree
      { source: join(layout.root, OPT_PAYLOAD), target: '/var/opt', writable: true },
      { source: paths.archives, target: SANDBOX_ARCHIVES, writable: false },
    ],
    env: {
      DEBIAN_FRONTEND: 'noninteractive',
      DEBCONF_NONINTERACTIVE_SEEN: 'true',
      SYSTEMD_OFFLINE: '1',
      // python then makes .pyc files that are valid by content: OSTree sets every time stamp to 0
      SOURCE_DATE_EPOCH: String(timestampSeconds),
    },
  };
}
