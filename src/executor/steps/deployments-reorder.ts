// deployments.reorder: writes the chosen boot order.

import type { DeploymentId } from '../../model/deployment.js';
import type { StepContext, StepHandler } from '../step-handler.js';

export const deploymentsReorder: StepHandler<'deployments.reorder'> = {
  async probe({ order }, context) {
    return isOrder(order.after, context) ? { found: {} } : null;
  },
  async perform({ order }, { sysroot, report }) {
    report({ type: 'message', text: `Moving '${shortened(order.after[0])}' to be first deployment` });
    sysroot.writeOrder(order.after);
    return { gave: {} };
  },
  async undo({ order }, context) {
    if (!isOrder(order.before, context)) context.sysroot.writeOrder(order.before);
  },
};

function isOrder(order: readonly DeploymentId[], { sysroot }: StepContext): boolean {
  sysroot.loadIfChanged();
  const present = sysroot.deployments().map(({ id }) => id);
  return present.length === order.length && present.every((id, index) => id === order[index]);
}

/** The stateroot says nothing to a reader and the checksum's first digits say enough. */
function shortened(id: DeploymentId | undefined): string {
  return id?.replace(/^.*-([0-9a-f]{12})[0-9a-f]*(\.\d+)$/, '$1$2') ?? '';
}
