// finalization.unlock: the next shutdown in order makes the staged deployment real.

import type { Deployment, DeploymentId } from '../../model/deployment.js';
import type { StepContext, StepHandler } from '../step-handler.js';

export const finalizationUnlock: StepHandler<'finalization.unlock'> = {
  async probe({ finalization }, context) {
    return staged(finalization.id, context)?.finalizationLocked === false ? { found: {} } : null;
  },
  async perform({ finalization }, { sysroot }) {
    if (finalization.locked) sysroot.setFinalizationLocked(finalization.id, false);
    return { gave: {} };
  },
  async undo({ finalization }, context) {
    const isUnlocked = staged(finalization.id, context)?.finalizationLocked === false;
    if (finalization.locked && isUnlocked) context.sysroot.setFinalizationLocked(finalization.id, true);
  },
};

function staged(id: DeploymentId, { sysroot }: StepContext): Deployment | null {
  sysroot.loadIfChanged();
  return sysroot.deployments().find((each) => each.id === id && each.staged) ?? null;
}
