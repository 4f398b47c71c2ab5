// The steps a plan is made of. A step's handler is in src/executor/steps, found by the same kind.

import type { FactName } from './facts.js';

/**
 * What to do with a step that was in flight when the executor or the daemon died:
 * `redo` perform again, its effect is idempotent or content-addressed;
 * `verify-then-redo` probe, and perform when the probe finds nothing;
 * `undo` take back what may be half there, then perform anew;
 * `abandon` take it back and turn the transaction round.
 */
export type Recovery = 'redo' | 'verify-then-redo' | 'undo' | 'abandon';

export interface StepDefinition {
  /** Facts that must be there before the step runs; a test proves every plan gives them in time. */
  readonly needs: readonly FactName[];
  /** Facts the step reads when they are there. */
  readonly uses: readonly FactName[];
  readonly gives: readonly FactName[];
  readonly recovery: Recovery;
  /** Whether a cancel aborts the running step; otherwise it settles first and is undone then. */
  readonly cancellable: boolean;
  /** Whether it leaves something behind that an undo has to take back; caches by content do not count. */
  readonly leaves: boolean;
  readonly deadlineMs: number;
  /** What a failure that passes by itself is answered with; without it, and for any other failure, the step has failed. */
  readonly retry?: RetryPolicy;
  /** What a user reads while it runs. */
  readonly title: string;
}

export interface RetryPolicy {
  /** How often it is tried again. */
  readonly times: number;
  /** Pause before the first of these tries; twice as long before each further one. */
  readonly backoffMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const STEPS = {
  'revision.resolve': {
    needs: [],
    uses: [],
    gives: ['revision'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: 30 * MINUTE,
    title: 'Resolving revision',
  },
  'update.pull': {
    needs: [],
    uses: [],
    gives: ['revision', 'update'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: 120 * MINUTE,
    retry: { times: 3, backoffMs: SECOND },
    title: 'Looking for a new base',
  },
  'metadata.refresh': {
    needs: [],
    uses: [],
    gives: ['refreshed'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: 10 * MINUTE,
    retry: { times: 2, backoffMs: SECOND },
    title: 'Refreshing package indexes',
  },
  'base.resolve': {
    needs: ['revision'],
    uses: [],
    gives: ['baseUpgrade'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: 5 * MINUTE,
    title: 'Resolving newer packages of the base',
  },
  'base.fetch': {
    needs: ['baseUpgrade'],
    uses: [],
    gives: ['baseFetched'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: 120 * MINUTE,
    retry: { times: 3, backoffMs: SECOND },
    title: 'Fetching packages of the base',
  },
  'base.assemble': {
    needs: ['baseUpgrade', 'baseFetched'],
    uses: [],
    gives: ['baseScripts', 'baseFinished'],
    recovery: 'undo',
    cancellable: true,
    leaves: true,
    deadlineMs: 90 * MINUTE,
    title: 'Upgrading the base',
  },
  'base.commit': {
    needs: ['revision', 'update', 'baseUpgrade', 'baseFinished'],
    uses: [],
    gives: ['revision', 'update'],
    recovery: 'verify-then-redo',
    cancellable: true,
    leaves: true,
    deadlineMs: 30 * MINUTE,
    title: 'Writing OSTree commit of the base',
  },
  'packages.resolve': {
    needs: [],
    uses: ['revision', 'baseUpgrade'],
    gives: ['target', 'resolution'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: 5 * MINUTE,
    title: 'Resolving dependencies',
  },
  'packages.fetch': {
    needs: ['resolution'],
    uses: [],
    gives: ['fetched'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: 120 * MINUTE,
    retry: { times: 3, backoffMs: SECOND },
    title: 'Fetching packages',
  },
  'impact.estimate': {
    needs: ['target', 'resolution', 'fetched'],
    uses: [],
    gives: ['impact'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: 10 * MINUTE,
    title: 'Estimating the impact',
  },
  'tree.assemble': {
    needs: ['target', 'resolution', 'fetched'],
    uses: [],
    gives: ['scripts'],
    recovery: 'undo',
    cancellable: true,
    leaves: true,
    deadlineMs: 60 * MINUTE,
    title: 'Installing packages',
  },
  'tree.finish': {
    needs: ['target', 'resolution', 'scripts'],
    uses: [],
    gives: ['finished'],
    recovery: 'undo',
    cancellable: true,
    leaves: true,
    deadlineMs: 30 * MINUTE,
    title: 'Finishing the tree',
  },
  'tree.commit': {
    needs: ['target', 'resolution', 'finished'],
    uses: [],
    gives: ['commit'],
    recovery: 'verify-then-redo',
    cancellable: true,
    leaves: true,
    deadlineMs: 30 * MINUTE,
    title: 'Writing OSTree commit',
  },
  'deployment.write': {
    needs: ['target', 'commit'],
    uses: [],
    gives: ['deployment'],
    recovery: 'verify-then-redo',
    cancellable: false,
    leaves: true,
    deadlineMs: 30 * MINUTE,
    title: 'Writing deployment',
  },
  'order.choose': {
    needs: [],
    uses: [],
    gives: ['order'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: MINUTE,
    title: 'Choosing the deployment',
  },
  'deployments.reorder': {
    needs: ['order'],
    uses: [],
    gives: [],
    recovery: 'verify-then-redo',
    cancellable: false,
    leaves: true,
    deadlineMs: 10 * MINUTE,
    title: 'Reordering deployments',
  },
  'deployments.choose': {
    needs: [],
    uses: [],
    gives: ['order', 'removed', 'entries'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: MINUTE,
    title: 'Choosing deployments to remove',
  },
  'deployments.remove': {
    needs: ['order', 'removed', 'entries'],
    uses: [],
    gives: [],
    recovery: 'verify-then-redo',
    cancellable: false,
    leaves: true,
    deadlineMs: 10 * MINUTE,
    title: 'Removing deployments',
  },
  'kargs.resolve': {
    needs: [],
    uses: [],
    gives: ['target', 'commit'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: MINUTE,
    title: 'Resolving kernel arguments',
  },
  'finalization.choose': {
    needs: [],
    uses: [],
    gives: ['finalization'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: MINUTE,
    title: 'Choosing the staged deployment',
  },
  'finalization.unlock': {
    needs: ['finalization'],
    uses: [],
    gives: [],
    recovery: 'verify-then-redo',
    cancellable: false,
    leaves: true,
    deadlineMs: MINUTE,
    title: 'Unlocking the staged deployment',
  },
  'pin.choose': {
    needs: [],
    uses: [],
    gives: ['pin'],
    recovery: 'redo',
    cancellable: true,
    leaves: false,
    deadlineMs: MINUTE,
    title: 'Choosing the deployment to keep',
  },
  'pin.write': {
    needs: ['pin'],
    uses: [],
    gives: [],
    recovery: 'verify-then-redo',
    cancellable: false,
    leaves: true,
    deadlineMs: 10 * MINUTE,
    title: 'Marking the deployment',
  },
  'repo.prune': {
    needs: [],
    uses: [],
    gives: ['pruned'],
    recovery: 'redo',
    cancellable: false,
    leaves: false,
    deadlineMs: 60 * MINUTE,
    title: 'Pruning the repository',
  },
  'metadata.clear': {
    needs: [],
    uses: [],
    gives: [],
    recovery: 'redo',
    cancellable: false,
    leaves: false,
    deadlineMs: 10 * MINUTE,
    title: 'Removing package indexes and archives',
  },
} as const satisfies Record<string, StepDefinition>;

export type StepKind = keyof typeof STEPS;

/** The definition of a step without its literal types, for code that treats all steps alike. */
export function stepDefinition(kind: StepKind): StepDefinition {
  return STEPS[kind];
}

export function isStepKind(text: string): text is StepKind {
  return Object.hasOwn(STEPS, text);
}
