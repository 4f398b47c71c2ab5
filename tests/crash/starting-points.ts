// Where a sysroot stands before a case: brought there by ordinary operations, which are needed only when a case led elsewhere.

import type { ClientRequest } from '../../src/client/client.js';
import { parseOrigin } from '../../src/model/origin.js';
import type { Lane } from './lane.js';
import { live } from './lives.js';

export type Prepare = (lane: Lane) => Promise<void>;

/** Indexes and all archives, kept for the cases that begin with them. */
export async function fillCaches(lane: Lane): Promise<void> {
  for (const request of [
    { kind: 'refresh-md', stateroot: null, force: true },
    { kind: 'install', stateroot: null, add: ['crash-a', 'crash-b', 'crash-large'], downloadOnly: true },
  ] as const)
    await live(lane, request);
  lane.keepCaches();
}

/** Two layered deployments of the newer version, each with one of the two small packages. */
export const layeredTwice: Prepare = async (lane) => {
  lane.restoreCaches();
  await reach(lane, (): ClientRequest | null => {
    const names = lane.requested(0);
    const [newer] = lane.base.versions.slice(1);
    if (lane.versionOf(0) !== newer) return { kind: 'deploy', stateroot: null, revision: newer ?? '' };
    const single = names.length === 1 && (names[0] === 'crash-a' || names[0] === 'crash-b');
    const isOther = lane.requested(1).join() === other(names[0]) && lane.versionOf(1) === newer;
    return single && isOther ? null : { kind: 'install', stateroot: null, add: [other(names[0])], remove: names };
  });
};

/** One of the two small packages, whatever is behind it: after a case, mostly a rollback away. */
export const layeredOverAny: Prepare = async (lane) => {
  lane.restoreCaches();
  const isSmall = (index: number) => ['crash-a', 'crash-b'].includes(lane.requested(index).join());
  await reach(lane, (): ClientRequest | null => {
    const names = lane.requested(0);
    if (lane.deployments().length < 2)
      return { kind: 'install', stateroot: null, add: [other(names[0])], remove: names };
    if (isSmall(0)) return null;
    return isSmall(1)
      ? { kind: 'rollback', stateroot: null }
      : { kind: 'install', stateroot: null, add: ['crash-a'], remove: names };
  });
};

/** A layered deployment, and behind it the bare base. */
export const uninstallable: Prepare = async (lane) => {
  lane.restoreCaches();
  await reach(lane, (): ClientRequest | null => {
    const [first, second] = [lane.requested(0), lane.requested(1)];
    if (lane.deployments().length < 2)
      return { kind: 'install', stateroot: null, add: [other(first[0])], remove: first };
    if (first.length === 0) return { kind: 'rollback', stateroot: null };
    return second.length === 0 ? null : { kind: 'uninstall', stateroot: null, remove: first };
  });
};

/** One layered deployment of each version. */
export const twoVersions: Prepare = async (lane) => {
  lane.restoreCaches();
  await reach(lane, (): ClientRequest | null => {
    const [first, second] = [lane.requested(0), lane.requested(1)];
    if (first.length !== 1) return { kind: 'install', stateroot: null, add: [other(first[0])], remove: first };
    const same = lane.versionOf(0) === lane.versionOf(1) || first.join() !== second.join();
    return same ? { kind: 'deploy', stateroot: null, revision: lane.otherVersion() } : null;
  });
};

/** Any two deployments. */
export const withRollback: Prepare = async (lane) => {
  lane.restoreCaches();
  await reach(lane, (): ClientRequest | null =>
    lane.deployments().length === 2 ? null : { kind: 'deploy', stateroot: null, revision: lane.otherVersion() },
  );
};

/** A layered deployment, its initramfs made here or not. */
export const layeredOnce: Prepare = async (lane) => {
  lane.restoreCaches();
  await arrive(lane, (): ClientRequest | null => {
    const names = lane.requested(0);
    return names.length === 1 ? null : { kind: 'install', stateroot: null, add: ['crash-a'], remove: names };
  });
};

/** A layered deployment of the older version that follows the branch of the remote, or that of the sysroot itself. */
export function behind(remote: 'crash' | null): Prepare {
  const refspec = remote === null ? 'crash/base' : `${remote}:crash/base`;
  return async (lane) => {
    lane.restoreCaches();
    await reach(lane, (): ClientRequest | null => {
      const names = lane.requested(0);
      const [older] = lane.base.versions;
      if (names.length !== 1) return { kind: 'install', stateroot: null, add: ['crash-a'], remove: names };
      if (parseOrigin(lane.origin(0)).refspec !== refspec) return { kind: 'rebase', stateroot: null, refspec };
      return lane.versionOf(0) === older ? null : { kind: 'deploy', stateroot: null, revision: older };
    });
  };
}

const MAX_OPERATIONS = 8;

/** From where nothing is as only another scenario needs it. */
async function reach(lane: Lane, next: () => ClientRequest | null): Promise<void> {
  await arrive(lane, () => plain(lane) ?? next());
}

/** What other scenarios leave behind, and what would cost each install after them half a minute. */
function plain(lane: Lane): ClientRequest | null {
  const pinned = lane.deployments().findIndex((each) => each.pinned);
  if (pinned >= 0) return { kind: 'pin', stateroot: null, deployment: String(pinned), pinned: false };
  if (!lane.origin(0).includes('regenerate-initramfs=true')) return null;
  return { kind: 'initramfs', stateroot: null, regenerate: false };
}

async function arrive(lane: Lane, next: () => ClientRequest | null): Promise<void> {
  for (let count = 0; count < MAX_OPERATIONS; count += 1) {
    const request = next();
    if (request === null) return;
    const { told } = await live(lane, request);
    if (told?.ok !== true) throw new Error(`cannot prepare by ${JSON.stringify(request)}: ${told?.message}`);
  }
  throw new Error('cannot prepare: the operations lead nowhere');
}

function other(name: string | undefined): string {
  return name === 'crash-a' ? 'crash-b' : 'crash-a';
}
