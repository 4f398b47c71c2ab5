// finalization.choose: the staged deployment, if it is the one that is meant. Changes nothing.

import { baseOf, type Deployment, originMerge } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { FinalizeRequest } from '../../model/request.js';
import type { StepHandler } from '../step-handler.js';

export const finalizationChoose: StepHandler<'finalization.choose'> = {
  async probe() {
    return null;
  },
  async perform(_facts, { sysroot, request }) {
    if (request.kind !== 'finalize')
      throw new AptOstreeError('internal', `internal error: ${request.kind} finalizes nothing`);
    const { id, finalizationLocked: locked } = finalizable(sysroot.deployments(), request);
    return { gave: { finalization: { id, locked } } };
  },
  async undo() {},
};

/** @throws wrong-state unless a deployment is staged, is the one that is meant, and is locked where that is demanded */
export function finalizable(
  all: readonly Deployment[],
  { stateroot, checksum, allowUnlocked }: Pick<FinalizeRequest, 'stateroot' | 'checksum' | 'allowUnlocked'>,
): Deployment {
  const first = originMerge(all, stateroot);
  if (first === null || !first.staged) throw refused('no deployment is staged');
  const base = baseOf(first);
  if (checksum !== null && checksum !== base && checksum !== first.checksum)
    throw refused(`expected ${checksum} to be staged, and found ${base}`);
  if (!first.finalizationLocked && !allowUnlocked) throw refused('the staged deployment is not locked');
  return first;
}

function refused(why: string): AptOstreeError {
  return new AptOstreeError('wrong-state', `cannot finalize the deployment: ${why}`);
}
