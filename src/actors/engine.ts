// The engine's public face: what D-Bus and the daemon know of it.

import type { Observable } from 'rxjs';
import type { EventFilter, EventRow, HistoryFilter, HistoryRow, PruneResult, VerifyResult } from '../journal/rows.js';
import type { Authorization, Caller } from '../model/caller.js';
import type { Request } from '../model/request.js';
import type { EngineSnapshot, TransactionId, TransactionProgress, TransactionView } from '../model/transaction.js';
import type { PruneOrder } from './journal-keeper.js';

export interface Submission {
  readonly request: Request;
  readonly caller: Caller;
  readonly authorizations: readonly Authorization[];
}

export interface Engine {
  /** The present snapshot; also the first value of `snapshots`. */
  snapshot(): EngineSnapshot;
  readonly snapshots: Observable<EngineSnapshot>;
  readonly progress: Observable<TransactionProgress>;
  /** Rows as they are appended, for followers. */
  readonly appended: Observable<EventRow>;
  /**
   * Opens a transaction (state Created), or joins the active one when it is the same request.
   * @throws transaction-active naming the running one; journal-broken; no-such-stateroot
   */
  submit(submission: Submission): { readonly id: TransactionId; readonly joined: boolean };
  /** True when this call started it, false when it had been started before. @throws no-such-transaction */
  start(id: TransactionId): boolean;
  /** Asks for the end of a transaction; returns at once. @throws no-such-transaction, wrong-state when it is final */
  cancel(id: TransactionId, by: Caller | null, reason: string): void;
  /** Ends a transaction that was never started; nothing happens when it was. */
  drop(id: TransactionId, reason: string): void;
  /** The active transaction or an ended one, also from the journal. @throws no-such-transaction */
  transaction(id: TransactionId): TransactionView;
  /** Reads the sysroot again, as after a change by another program. */
  reload(): void;
  history(filter: HistoryFilter): readonly HistoryRow[];
  events(filter: EventFilter): readonly EventRow[];
  /** Also makes derived tables anew that do not agree with the events. @throws journal-broken */
  verify(): Promise<VerifyResult>;
  /**
   * Takes the oldest transactions out of the journal.
   * @throws transaction-active; journal-broken when the journal is not whole or cannot be written; no-space
   */
  prune(order: PruneOrder): Promise<PruneResult>;
  /** Resolves when no transaction is active and nothing is left to tidy. */
  settled(): Promise<void>;
  /** Ends the engine: a running executor is ended where it is; recovery goes on from there at the next start. */
  stop(): Promise<void>;
}
