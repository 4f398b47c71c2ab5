// Whether an undo took back what its step may have done, looked at right after it: the tidy-up would hide it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StepContext } from '../../src/executor/step-handler.js';
import type { SomeFacts } from '../../src/model/facts.js';
import type { StepKind } from '../../src/model/steps.js';

/** What is still there; one line each. A step that leaves something must be named here, or its undo is reported. */
export function stillThere(kind: StepKind, facts: SomeFacts, context: StepContext): readonly string[] {
  switch (kind) {
    case 'tree.assemble':
    case 'tree.finish':
      return present([context.paths.scratch]);
    case 'tree.commit':
      return present([
        join(context.paths.repo, 'refs/heads/apt-ostree/transaction', context.transaction),
        join(context.paths.scratch, 'upper'),
        join(context.paths.scratch, 'upper.spent'),
      ]);
    case 'deployment.write':
      return deployments(context).flatMap(({ id, origin }) =>
        origin?.includes(context.transaction) === true ? [`deployment ${id}`] : [],
      );
    case 'deployments.reorder':
    case 'deployments.remove':
      return sameOrder(facts, context) ? [] : ['another order of deployments'];
    default:
      return [`whatever ${kind} leaves: the test does not know it`];
  }
}

function present(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => existsSync(path));
}

function sameOrder({ order }: SomeFacts, context: StepContext): boolean {
  return (
    order === undefined ||
    deployments(context)
      .map(({ id }) => id)
      .join() === order.before.join()
  );
}

function deployments({ sysroot }: StepContext) {
  sysroot.loadIfChanged();
  return sysroot.deployments();
}
