// pin.write: a deployment is pinned, or no longer; libostree keeps the mark in its origin.

import type { DeploymentId } from '../../model/deployment.js';
import type { StepContext, StepHandler } from '../step-handler.js';

export const pinWrite: StepHandler<'pin.write'> = {
  async probe({ pin }, context) {
    return isPinned(pin.id, context) === pin.after ? { found: {} } : null;
  },
  async perform({ pin }, { sysroot }) {
    sysroot.setPinned(pin.id, pin.after);
    return { gave: {} };
  },
  async undo({ pin }, context) {
    if (isPinned(pin.id, context) === pin.after) context.sysroot.setPinned(pin.id, pin.before);
  },
};

/** Null when the deployment is gone. */
function isPinned(id: DeploymentId, { sysroot }: StepContext): boolean | null {
  sysroot.loadIfChanged();
  return sysroot.deployments().find((each) => each.id === id)?.pinned ?? null;
}
