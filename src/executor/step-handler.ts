// The contract of a step: how it is performed, found again after a crash, and taken back.

import type { Caller } from '../model/caller.js';
import type { Facts } from '../model/facts.js';
import type { Progress } from '../model/progress.js';
import type { Request } from '../model/request.js';
import type { STEPS, StepKind } from '../model/steps.js';
import type { TransactionId } from '../model/transaction.js';
import type { Sysroot } from '../native/sysroot.js';
import type { StatePaths } from './state-paths.js';

export interface StepContext {
  readonly transaction: TransactionId;
  readonly request: Request;
  readonly caller: Caller;
  /** Opened, loaded and locked for the whole transaction. */
  readonly sysroot: Sysroot;
  readonly paths: StatePaths;
  readonly bootId: string;
  /** Aborted on cancel, deadline and shutdown: a handler ends its children and throws `cancelled`. */
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
  /** Descriptors every child inherits: the executor's lock stays held while any of them lives. */
  readonly childFds: readonly number[];
}

type Needs<Kind extends StepKind> = (typeof STEPS)[Kind]['needs'][number];
type Uses<Kind extends StepKind> = (typeof STEPS)[Kind]['uses'][number];
type Gives<Kind extends StepKind> = (typeof STEPS)[Kind]['gives'][number];

export type FactsFor<Kind extends StepKind> = Pick<Facts, Needs<Kind>> & Partial<Pick<Facts, Uses<Kind>>>;
export type GiftOf<Kind extends StepKind> = Pick<Facts, Gives<Kind>>;

export interface StepResult<Kind extends StepKind> {
  readonly gave: GiftOf<Kind>;
  /** One line for the user when there is nothing to do; the rest of the plan is skipped. */
  readonly unchanged?: string;
}

/** Found: the step has happened. Rewind: an earlier step's artefact is gone, go on from there. Null: it has not happened. */
export type ProbeResult<Kind extends StepKind> =
  | { readonly found: GiftOf<Kind> }
  | { readonly rewindTo: StepKind; readonly reason: string }
  | null;

export interface StepHandler<Kind extends StepKind> {
  /** Looks, by content and by the transaction's id, whether the step has happened. Changes nothing. */
  probe(facts: FactsFor<Kind>, context: StepContext): Promise<ProbeResult<Kind>>;
  /** Idempotent. Everything it reports is synced before it returns, or its loss is what `rewindTo` is for. */
  perform(facts: FactsFor<Kind>, context: StepContext): Promise<StepResult<Kind>>;
  /** Takes back whatever `perform` may have done, wholly or half. Reads only what `perform` reads; idempotent. */
  undo(facts: FactsFor<Kind>, context: StepContext): Promise<void>;
}

export type StepHandlers = { readonly [Kind in StepKind]: StepHandler<Kind> };
