// A transaction as its machine, its journal and its viewers know it.

import type { Authorization, Caller } from './caller.js';
import type { Deployment } from './deployment.js';
import { AptOstreeError, type Failure } from './errors.js';
import type { SomeFacts } from './facts.js';
import type { Progress } from './progress.js';
import type { Request } from './request.js';
import { type StepKind, stepDefinition } from './steps.js';

/** UUID version 7 without dashes: 32 hex digits, in order of creation. */
export type TransactionId = string & { readonly __brand: 'TransactionId' };

/** @throws no-such-transaction */
export function transactionId(text: string): TransactionId {
  if (!/^[0-9a-f]{32}$/.test(text))
    throw new AptOstreeError(
      'no-such-transaction',
      `cannot find transaction ${JSON.stringify(text)}: not a transaction id`,
    );
  return text as TransactionId;
}

/** A step of a frozen plan, with the policy the machine needs, so that the chart needs no table. */
export interface PlannedStep {
  readonly kind: StepKind;
  readonly cancellable: boolean;
  /** Whether it leaves something that an undo has to take back. */
  readonly leaves: boolean;
}

export function planSteps(kinds: readonly StepKind[]): readonly PlannedStep[] {
  return kinds.map((kind) => {
    const { cancellable, leaves } = stepDefinition(kind);
    return { kind, cancellable, leaves };
  });
}

/** First row of a transaction: everything it will ever be decided from. */
export interface Opening {
  readonly id: TransactionId;
  readonly request: Request;
  readonly plan: readonly PlannedStep[];
  readonly title: string;
  readonly method: string;
  readonly caller: Caller;
  readonly authorizations: readonly Authorization[];
  readonly bootId: string;
  readonly openedAtMs: number;
}

/** Events a transaction's machine accepts; each accepted one is a journal row before anything follows from it. */
export type TransactionEvent =
  /** The client called Start, or the engine started it for one that asked so. */
  | { readonly type: 'START' }
  /** Never started, and the creator left or its deadline passed. */
  | { readonly type: 'DROPPED'; readonly reason: string }
  | { readonly type: 'CANCEL'; readonly caller: Caller | null; readonly reason: string }
  | {
      readonly type: 'STEP_DONE';
      readonly index: number;
      readonly gave: SomeFacts;
      /** Set when there is nothing to do: the rest of the plan is skipped and what was done is taken back. */
      readonly unchanged: string | null;
      /** Found by the probe after a crash, not performed anew. */
      readonly found: boolean;
      readonly durationMs: number;
    }
  | { readonly type: 'STEP_FAILED'; readonly index: number; readonly failure: Failure; readonly durationMs: number }
  /** What an earlier step made did not outlive a crash (memory, unsynced scratch): go on from that step again. */
  | { readonly type: 'STEP_REWOUND'; readonly index: number; readonly to: number; readonly reason: string }
  | { readonly type: 'UNDO_DONE'; readonly index: number; readonly durationMs: number }
  | { readonly type: 'UNDO_FAILED'; readonly index: number; readonly failure: Failure }
  /**
   * Written before a step is tried again: after a crash in it `attempt` has counted up, from 2; after a failure that passes
   * by itself `retry` has, from 1. A program that knows of no retries folds the latter as a try that counts nothing.
   */
  | {
      readonly type: 'ATTEMPTED';
      readonly index: number;
      readonly attempt: number;
      readonly bootId: string;
      readonly retry?: number;
      /** Why it is tried again; given with `retry`. */
      readonly failure?: Failure;
    }
  /** A staged deployment's fate, told at a later start. */
  | { readonly type: 'BOOTED'; readonly what: BootOutcome; readonly bootId: string; readonly checksum: string | null }
  /** A staged deployment is gone, and the machine has booted since: it is staged again. */
  | { readonly type: 'LOST'; readonly bootId: string; readonly checksum: string | null }
  /** The repair of a transaction whose undo failed. */
  | { readonly type: 'RETRY_UNDO' };

export type BootOutcome = 'booted-it' | 'booted-another' | 'superseded' | 'lost';

/** States shown outside; the seed's words. */
export type TransactionState = 'Created' | 'InProgress' | 'Committed' | 'Failed' | 'RolledBack' | 'Cancelled';

/** What viewers get of a transaction: a projection of its actor, plain JSON. */
export interface TransactionView {
  readonly id: TransactionId;
  readonly title: string;
  readonly method: string;
  readonly request: Request;
  readonly caller: Caller;
  readonly openedAtMs: number;
  readonly state: TransactionState;
  /** Kind of the step being performed or undone, or null. */
  readonly step: StepKind | null;
  readonly stepIndex: number;
  readonly stepCount: number;
  readonly direction: 'forward' | 'back';
  readonly cancelRequested: boolean;
  readonly failure: Failure | null;
  /** Set when it ended without a change. */
  readonly unchanged: string | null;
  /** Whether a staged deployment has booted: null where none was staged. */
  readonly booted: 'pending' | BootOutcome | null;
  readonly facts: SomeFacts;
  readonly final: boolean;
}

/** What the engine shows: all that D-Bus and the command line project. */
export interface EngineSnapshot {
  readonly state: 'recovering' | 'ready' | 'broken';
  /** Why changes are refused, and the repair, in one line; null unless broken. */
  readonly broken: string | null;
  readonly sysroot: string;
  readonly deployments: readonly Deployment[];
  /** The transaction that is created or running, or null. */
  readonly active: TransactionView | null;
  /** Transactions that ended lately, newest first, kept so that late clients get an answer. */
  readonly recent: readonly TransactionView[];
}

export interface TransactionProgress {
  readonly transaction: TransactionId;
  readonly progress: Progress;
}
