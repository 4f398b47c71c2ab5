// pin.choose: which deployment is meant, and whether it is pinned already. Changes nothing.

import type { Deployment } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { StepHandler } from '../step-handler.js';

export const pinChoose: StepHandler<'pin.choose'> = {
  async probe() {
    return null;
  },
  async perform(_facts, { sysroot, request }) {
    if (request.kind !== 'pin') throw new AptOstreeError('internal', `internal error: ${request.kind} pins nothing`);
    const { deployment: wanted, pinned: after } = request;
    const { id, pinned: before } = pinnable(sysroot.deployments(), wanted, after);
    const gave = { pin: { id, before, after } };
    if (before !== after) return { gave };
    return { gave, unchanged: `Deployment ${wanted} is already ${after ? 'pinned' : 'unpinned'}` };
  },
  async undo() {},
};

/** By index in boot order, all stateroots counted, or by id. @throws no-such-deployment; wrong-state for a staged one */
export function pinnable(all: readonly Deployment[], wanted: string, pinned: boolean): Deployment {
  const found = all.find((each, index) => each.id === wanted || String(index) === wanted);
  const doing = `cannot ${pinned ? 'pin' : 'unpin'} deployment ${JSON.stringify(wanted)}`;
  if (found === undefined) throw new AptOstreeError('no-such-deployment', `${doing}: there is none`);
  if (found.staged)
    throw new AptOstreeError('wrong-state', `${doing}: it is staged, and there only after the next boot`);
  return found;
}
