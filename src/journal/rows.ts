// Rows of the journal as values, and what can be asked of them.

import type { OperationKind } from '../model/request.js';
import type { BootOutcome, TransactionId, TransactionState } from '../model/transaction.js';

/** One row of the append-only `event` table. */
export interface EventRow {
  /** 1, 2, 3 … without gaps; the lowest ones may have been pruned. */
  readonly seq: number;
  /** All zeros in rows of the journal itself. */
  readonly transaction: TransactionId;
  readonly type: string;
  readonly payload: unknown;
  /** Version of the payload's schema. */
  readonly schemaVersion: number;
  readonly machineVersion: number;
  /** State of the transaction's machine that the event led to, e.g. `performing:2`. */
  readonly state: string;
  readonly uid: number;
  readonly pid: number;
  readonly client: string;
  /** polkit actions and answers, `ACTION=ANSWER` joined by spaces; empty where nobody was asked. */
  readonly authorization: string;
  readonly bootId: string;
  readonly wallTimeMs: number;
  readonly previousHash: string;
  /** SHA-256 over the canonical row, 64 hex digits. */
  readonly hash: string;
}

/** A transaction in one line, derived from its events. */
export interface HistoryRow {
  readonly id: TransactionId;
  readonly kind: OperationKind;
  readonly title: string;
  readonly state: TransactionState;
  readonly unchanged: boolean;
  readonly booted: 'pending' | BootOutcome | null;
  readonly failure: string | null;
  readonly uid: number;
  readonly client: string;
  readonly openedAtMs: number;
  readonly endedAtMs: number | null;
  readonly packages: readonly string[];
  readonly deployment: string | null;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export interface HistoryFilter {
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly uid?: number;
  /** Requested or resolved package name. */
  readonly package?: string;
  readonly kind?: string;
  readonly outcome?: string;
  /** At most this many, newest first. Default 100, at most 10,000. */
  readonly limit?: number;
}

export interface EventFilter extends HistoryFilter {
  readonly transaction?: string;
  /** Only rows after this sequence number. */
  readonly afterSeq?: number;
  /** Oldest first unless true. */
  readonly newestFirst?: boolean;
}

export interface ChainResult {
  readonly ok: boolean;
  /** Rows that are there. */
  readonly rows: number;
  /** Number of the last row that was pruned; 0 when none was. */
  readonly anchor: number;
  /** Hash of the last row: the head of the chain. */
  readonly head: string | null;
  /** First row that is wrong, and how; null when ok. */
  readonly firstBad: { readonly seq: number; readonly reason: string } | null;
}

export interface VerifyResult extends ChainResult {
  /** Where the derived tables said something else than the events; null when they agree, or the chain does not hold. */
  readonly history: {
    /** Transactions that were told wrong. */
    readonly wrong: number;
    /** The first of them, in one line. */
    readonly first: string;
    /** Whether they were made anew from the events. */
    readonly rebuilt: boolean;
  } | null;
}

/** Which transactions stay at a prune, those that are open apart. */
export interface PruneRule {
  /** The newest ones, this many. */
  readonly keep: number | null;
  /** Those with a row of this time or later. */
  readonly sinceMs: number | null;
  /** And these, whatever their age. */
  readonly needed: readonly TransactionId[];
}

export interface PruneResult {
  /** Rows and transactions that were taken away. */
  readonly rows: number;
  readonly transactions: number;
  /** Number of the first row that is left. */
  readonly first: number;
}
