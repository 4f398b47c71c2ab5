// Rows of the journal as values, and what can be asked of them.

import type { OperationKind } from '../model/request.js';
import type { BootOutcome, TransactionId, TransactionState } from '../model/transaction.js';

/** One row of the append-only `event` table. */
export interface EventRow {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
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

export interface VerifyResult {
  readonly ok: boolean;
  readonly rows: number;
  /** Hash of the last row: the head of the chain. */
  readonly head: string | null;
  /** First row that is wrong, and how; null when ok. */
  readonly firstBad: { readonly seq: number; readonly reason: string } | null;
}
