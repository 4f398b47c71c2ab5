// deployments.choose: which deployments a cleanup removes. Changes nothing.

import type { BootEntry, Deployment } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { CleanupRequest } from '../../model/request.js';
import type { StepHandler } from '../step-handler.js';

export const deploymentsChoose: StepHandler<'deployments.choose'> = {
  async probe() {
    return null;
  },
  async perform(_facts, { sysroot, request }) {
    if (request.kind !== 'cleanup')
      throw new AptOstreeError('internal', `internal error: ${request.kind} chooses deployments to remove`);
    const deployments = sysroot.deployments();
    const removed = removable(deployments, request);
    const before = deployments.map(({ id }) => id);
    const order = { before, after: before.filter((id) => !removed.includes(id)) };
    return { gave: { removed, order, entries: deployments.filter(({ id }) => removed.includes(id)).map(entryOf) } };
  },
  async undo() {},
};

function entryOf(deployment: Deployment): BootEntry {
  const { id, stateroot, checksum, serial, bootChecksum, kargs, origin, staged, finalizationLocked } = deployment;
  return { id, stateroot, checksum, serial, bootChecksum, kargs, origin, staged, finalizationLocked };
}

/** Never a booted, pinned or other stateroot's deployment; without a booted one, never the first. */
export function removable(deployments: readonly Deployment[], request: CleanupRequest): readonly Deployment['id'][] {
  const ours = deployments.filter((each) => each.stateroot === request.stateroot);
  const kept = Math.max(
    ours.findIndex((each) => each.booted),
    0,
  );
  return ours
    .filter((each, position) => {
      if (each.booted || each.pinned) return false;
      return position < kept ? request.pending : position > kept && request.rollback;
    })
    .map(({ id }) => id);
}
