// What a round asks for: an operation that makes sense where the sysroot stands, whatever the rounds before it led to.

import type { ClientRequest } from '../../src/client/client.js';
import type { Lane } from '../crash/lane.js';

/** Null where it would be refused. */
type Operation = (lane: Lane) => ClientRequest | null;

const PACKAGES = ['crash-a', 'crash-b', 'crash-large'];

const nothing = { stateroot: null } as const;

const swap: Operation = (lane) => {
  const present = lane.requested(0);
  const add = PACKAGES.filter((name) => !present.includes(name)).slice(0, 1);
  return add.length === 0 ? null : { ...nothing, kind: 'install', add, remove: present };
};

const OPERATIONS = {
  'install in place of others': swap,
  'install one more': (lane) => {
    const add = PACKAGES.filter((name) => !lane.requested(0).includes(name)).slice(-1);
    return add.length === 0 ? null : { ...nothing, kind: 'install', add };
  },
  'install of a local archive': (lane) =>
    lane.requested(0).includes('crash-local') ? null : { ...nothing, kind: 'install', local: [lane.localArchive] },
  'install --dry-run': (lane) => {
    const request = swap(lane);
    return request?.kind === 'install' ? { ...request, dryRun: true } : null;
  },
  'install --download-only': (lane) => {
    const request = swap(lane);
    return request?.kind === 'install' ? { ...request, downloadOnly: true } : null;
  },
  uninstall: (lane) => {
    const remove = lane.requested(0).slice(0, 1);
    return remove.length === 0 ? null : { ...nothing, kind: 'uninstall', remove };
  },
  'uninstall --all': (lane) =>
    lane.requested(0).length === 0 ? null : { ...nothing, kind: 'uninstall', removeAll: true },
  deploy: (lane) => ({ ...nothing, kind: 'deploy', revision: lane.otherVersion() }),
  rollback: (lane) => (lane.deployments().length < 2 ? null : { ...nothing, kind: 'rollback' }),
  'cleanup --rollback': () => ({ ...nothing, kind: 'cleanup', rollback: true }),
  'cleanup --base': () => ({ ...nothing, kind: 'cleanup', base: true }),
  'cleanup of everything': () => ({
    ...nothing,
    kind: 'cleanup',
    base: true,
    pending: true,
    rollback: true,
    metadata: true,
  }),
  'refresh-md': () => ({ ...nothing, kind: 'refresh-md', force: true }),
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

export const OPERATION_NAMES = Object.keys(OPERATIONS) as [OperationName, ...OperationName[]];

/** A deployment of the other version is always possible. */
export function requestOf(name: OperationName, lane: Lane): ClientRequest {
  const operations: Readonly<Record<OperationName, Operation>> = OPERATIONS;
  const request = operations[name](lane) ?? operations.deploy(lane);
  if (request === null) throw new Error('nothing is possible');
  return request;
}
