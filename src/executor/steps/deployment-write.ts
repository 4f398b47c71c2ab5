// deployment.write: the commit becomes a deployment, staged when this sysroot runs the machine, else written at once.

import { configMerge, type Deployment } from '../../model/deployment.js';
import type { Facts } from '../../model/facts.js';
import { transactionOf } from '../deployment-origin.js';
import { etcConflicts } from '../etc-conflicts.js';
import type { FactsFor, StepContext, StepHandler } from '../step-handler.js';

export const deploymentWrite: StepHandler<'deployment.write'> = {
  async probe(facts, context) {
    const ours = written(context);
    return ours === null ? null : { found: { deployment: giftOf(ours, conflictsOf(facts, context), context) } };
  },

  async perform({ target, commit }: FactsFor<'deployment.write'>, context) {
    const { sysroot, request } = context;
    const options = {
      stateroot: target.stateroot,
      checksum: commit,
      origin: target.origin,
      merge: mergeOf(target, context),
      kargs: target.kargs ?? null,
    };
    // of the order as it was: writing drops deployments
    const conflicts = conflictsOf({ target, commit }, context);
    if (conflicts !== null) context.report({ type: 'message', text: conflictLine(conflicts) });
    if (sysroot.isBooted()) sysroot.stage({ ...options, locked: locksFinalization(request) });
    else sysroot.deploy(options);
    const ours = written(context);
    if (ours === null) throw new Error(`deployment of ${commit} was written but is not there`);
    return { gave: { deployment: giftOf(ours, conflicts, context) } };
  },

  /** Takes our deployment out of the order; the others keep theirs. A booted one stays: it is in use. */
  async undo(_facts, context) {
    const { sysroot } = context;
    const ours = written(context);
    if (ours !== null && !ours.booted)
      sysroot.writeOrder(sysroot.deployments().flatMap(({ id }) => (id === ours.id ? [] : [id])));
    // also a directory that no boot entry came to name
    sysroot.prepareCleanup();
  },
};

/** Chosen when the plan was made; when it is staged again after a boot, that one may be gone. */
function mergeOf({ merge, stateroot }: Facts['target'], { sysroot }: StepContext): Facts['target']['merge'] {
  const deployments = sysroot.deployments();
  if (merge === null || deployments.some(({ id }) => id === merge)) return merge;
  return configMerge(deployments, stateroot)?.id ?? null;
}

function written({ sysroot, transaction }: StepContext): Deployment | null {
  sysroot.loadIfChanged();
  return sysroot.deployments().find((each) => transactionOf(each) === transaction) ?? null;
}

type Conflicts = NonNullable<Facts['deployment']['etcConflicts']>;

function giftOf({ id, staged }: Deployment, conflicts: Conflicts | null, { bootId }: StepContext): Facts['deployment'] {
  return { id, staged, bootId, ...(conflicts && { etcConflicts: conflicts }) };
}

/** Null when there are none, and when nothing is merged. */
function conflictsOf({ target, commit }: FactsFor<'deployment.write'>, context: StepContext): Conflicts | null {
  const { sysroot } = context;
  const id = mergeOf(target, context);
  const merge = sysroot.deployments().find((each) => each.id === id);
  if (merge === undefined) return null;
  const repo = sysroot.repo();
  const conflicts = etcConflicts(merge, repo.tree(merge.checksum), repo.tree(commit));
  return conflicts.total === 0 ? null : conflicts;
}

function conflictLine({ paths, total }: Conflicts): string {
  const more = total > paths.length ? ` and ${total - paths.length} more` : '';
  return `Changed in /etc and kept, while the new deployment has other defaults: ${paths.map(quoted).join(', ')}${more}`;
}

/** A name with a newline could pass for a line of ours. */
function quoted(path: string): string {
  return /^[\x21-\x7e]+$/.test(path) ? path : JSON.stringify(path);
}

function locksFinalization(request: StepContext['request']): boolean {
  return 'lockFinalization' in request && request.lockFinalization;
}
