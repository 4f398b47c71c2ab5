// Deployments as the daemon describes them.

import type { DeploymentStatus } from '../../src/client/client.js';

const BASE = 'b0'.repeat(32);

export function deployment(members: Partial<DeploymentStatus> = {}): DeploymentStatus {
  const checksum = members.checksum ?? BASE;
  return {
    id: `debian-${checksum}.0`,
    osname: 'debian',
    serial: 0,
    checksum,
    booted: false,
    staged: false,
    pinned: false,
    unlocked: 'none',
    timestamp: 1_763_894_700,
    version: '12.20251123',
    origin: 'debian/12/amd64',
    'requested-packages': [],
    'requested-local-packages': [],
    packages: [],
    ...members,
  };
}

export const LAYERED = deployment({
  checksum: 'c1'.repeat(32),
  'base-checksum': BASE,
  staged: true,
  transaction: '01939f2b6c4d70008000000000000001',
  'requested-packages': ['htop', 'bash', ...Array.from({ length: 12 }, (_, at) => `package-number-${at}`)],
  packages: ['htop', ...Array.from({ length: 12 }, (_, at) => `package-number-${at}`)],
  'requested-local-packages': [`${'ab'.repeat(32)}:tool_1.0_amd64`],
});

export const BOOTED = deployment({ booted: true });

export const OLD = deployment({
  checksum: 'd2'.repeat(32),
  pinned: true,
  unlocked: 'hotfix',
  osname: 'other',
});
