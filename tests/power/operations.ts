// What is done to the machine while its disk is recorded, in this order; each finds what the ones before it left.

import type { ClientRequest } from '../../src/client/client.js';
import type { Deployment } from '../../src/model/deployment.js';
import { parseOrigin } from '../../src/model/origin.js';
import { parseLocal } from '../../src/model/package.js';
import type { SmallBase } from '../crash/small-base.js';
import { LARGE_PACKAGE } from './large-package.js';
import { otherVersion } from './machine.js';

export interface Operation {
  readonly name: string;
  readonly request: (on: Surroundings) => ClientRequest;
}

export interface Surroundings {
  readonly base: SmallBase;
  readonly deployments: readonly Deployment[];
  readonly localArchive: string;
}

const nothing = { stateroot: null } as const;

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'cleanup of indexes and archives',
    request: () => ({ ...nothing, kind: 'cleanup', metadata: true }),
  },
  {
    name: 'install',
    request: (on) => ({ ...nothing, kind: 'install', add: ['crash-b'], remove: requested(on) }),
  },
  {
    name: 'install assembled on disk',
    request: (on) => ({ ...nothing, kind: 'install', add: [LARGE_PACKAGE], remove: requested(on) }),
  },
  {
    name: 'install of a local archive',
    request: (on) => ({ ...nothing, kind: 'install', local: [on.localArchive], remove: requested(on) }),
  },
  { name: 'rollback', request: () => ({ ...nothing, kind: 'rollback' }) },
  { name: 'uninstall', request: (on) => ({ ...nothing, kind: 'uninstall', remove: requested(on) }) },
  {
    name: 'deploy of another kernel',
    request: ({ base, deployments: [first] }) => ({
      ...nothing,
      kind: 'deploy',
      revision: otherVersion(base, first),
    }),
  },
  { name: 'rollback to another kernel', request: () => ({ ...nothing, kind: 'rollback' }) },
  { name: 'cleanup of the rollback', request: () => ({ ...nothing, kind: 'cleanup', rollback: true }) },
  {
    name: 'cleanup of everything',
    request: () => ({ ...nothing, kind: 'cleanup', base: true, pending: true, rollback: true, metadata: true }),
  },
];

/** What the default deployment was asked to have. */
function requested({ deployments: [first] }: Surroundings): readonly string[] {
  const origin = first?.origin ?? null;
  if (origin === null) return [];
  const { requested: names, requestedLocal } = parseOrigin(origin);
  return [...names, ...requestedLocal.map((each) => parseLocal(each).name)];
}
