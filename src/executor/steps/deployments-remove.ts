// deployments.remove: takes the chosen deployments out of the boot order; their files go with the clean-up that follows.

import type { BootEntry, DeploymentId } from '../../model/deployment.js';
import type { FactsFor, StepContext, StepHandler } from '../step-handler.js';

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
  /** Their directories are still there: nothing is deleted before the transaction has ended. */
  async undo(facts, context) {
    const isMissing = missing(context);
    const entries = facts.entries.filter(isMissing);
    if (entries.some(({ staged }) => !staged)) bringBack(facts, context);
    for (const entry of entries.filter(({ staged }) => staged)) stageAgain(entry, context);
  },
};

function missing({ sysroot }: StepContext): (entry: BootEntry) => boolean {
  sysroot.loadIfChanged();
  const present: readonly DeploymentId[] = sysroot.deployments().map(({ id }) => id);
  return ({ id }) => !present.includes(id);
}

function bringBack({ order, entries }: FactsFor<'deployments.remove'>, { sysroot }: StepContext): void {
  const written = entries.filter(({ staged }) => !staged);
  const unwritten = entries.filter(({ staged }) => staged).map(({ id }) => id);
  const present = sysroot.deployments().map(({ id }) => id);
  const before = order.before.filter((id) => !unwritten.includes(id) || present.includes(id));
  sysroot.writeOrder(before, written);
}

/** libostree forgets a staged deployment that is left out: it is made anew, of the same commit and origin. */
function stageAgain({ stateroot, checksum, origin, finalizationLocked }: BootEntry, { sysroot }: StepContext): void {
  const merge = sysroot.deployments().find((each) => each.booted)?.id ?? null;
  sysroot.stage({ stateroot, checksum, origin: origin ?? '', merge, kargs: null, locked: finalizationLocked });
}
