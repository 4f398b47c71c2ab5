// deployments.remove: takes the chosen deployments out of the boot order; their files go with the clean-up that follows.

import type { StepHandler } from '../step-handler.js';

export const deploymentsRemove: StepHandler<'deployments.remove'> = {
  async probe({ removed }, { sysroot }) {
    sysroot.loadIfChanged();
    return sysroot.deployments().some(({ id }) => removed.includes(id)) ? null : { found: {} };
  },
  async perform({ order, removed }, { sysroot, report }) {
    if (removed.length === 0) report({ type: 'message', text: 'Deployments unchanged.' });
    else sysroot.writeOrder(order.after);
    return { gave: {} };
  },
  /** Brings back those whose directories are still there: nothing is deleted before the transaction has ended. */
  async undo({ order, removed }, { sysroot }) {
    sysroot.loadIfChanged();
    const present = sysroot.deployments().map(({ id }) => id);
    if (removed.every((id) => present.includes(id))) return;
    sysroot.writeOrder(order.before);
  },
};
