// What is done to the machine while its disk is recorded, in this order; each finds what the ones before it left.

import type { ClientRequest } from '../../src/client/client.js';
import type { Checksum } from '../../src/model/deployment.js';
import { LARGE_PACKAGE } from './large-package.js';
import { KERNEL_ARGUMENT } from './machine.js';
import { NEXT_RELEASE } from './power-base.js';

export interface Operation {
  readonly name: string;
  readonly request: (on: Surroundings) => ClientRequest;
}

export interface Surroundings {
  /** What the default deployment was asked to have. */
  readonly requested: readonly string[];
  /** The version that the default deployment is not of. */
  readonly otherVersion: Checksum;
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
    request: (on) => ({ ...nothing, kind: 'install', add: ['crash-b'], remove: on.requested }),
  },
  {
    name: 'install assembled on disk',
    request: (on) => ({ ...nothing, kind: 'install', add: [LARGE_PACKAGE], remove: on.requested }),
  },
  {
    name: 'install of a local archive',
    request: (on) => ({ ...nothing, kind: 'install', local: [on.localArchive], remove: on.requested }),
  },
  { name: 'rollback', request: () => ({ ...nothing, kind: 'rollback' }) },
  { name: 'pin', request: () => ({ ...nothing, kind: 'pin', deployment: '1', pinned: true }) },
  { name: 'unpin', request: () => ({ ...nothing, kind: 'pin', deployment: '1', pinned: false }) },
  { name: 'kargs', request: () => ({ ...nothing, kind: 'kargs', append: [KERNEL_ARGUMENT] }) },
  { name: 'refresh-md', request: () => ({ ...nothing, kind: 'refresh-md', force: true }) },
  { name: 'uninstall', request: (on) => ({ ...nothing, kind: 'uninstall', remove: on.requested }) },
  {
    name: 'deploy of another kernel',
    request: (on) => ({ ...nothing, kind: 'deploy', revision: on.otherVersion }),
  },
  { name: 'rollback to another kernel', request: () => ({ ...nothing, kind: 'rollback' }) },
  { name: 'rebase to a remote', request: () => ({ ...nothing, kind: 'rebase', refspec: NEXT_RELEASE }) },
  { name: 'cleanup of the rollback', request: () => ({ ...nothing, kind: 'cleanup', rollback: true }) },
  {
    name: 'cleanup of everything',
    request: () => ({ ...nothing, kind: 'cleanup', base: true, pending: true, rollback: true, metadata: true }),
  },
];
