// The journal as a client reads it: page by page, and followed live.

import type { EventFilter, EventRow, HistoryFilter, HistoryRow, PruneResult, VerifyResult } from '../journal/rows.js';

/** What a prune shall leave; what either keeps stays. */
export interface PruneWish {
  /** The newest transactions, this many. */
  readonly keep: number | null;
  /** Those of the last days, this many. */
  readonly keepDays: number | null;
}

export interface JournalClient {
  /** Newest first. */
  transactions(filter: HistoryFilter): Promise<readonly HistoryRow[]>;
  /** Oldest first unless `newestFirst`. */
  events(filter: EventFilter): Promise<readonly EventRow[]>;
  /** All events that pass, oldest first, never more than a page of them in memory. */
  pages(filter: EventFilter): AsyncIterable<readonly EventRow[]>;
  verify(): Promise<VerifyResult>;
  /** @throws not-authorized, transaction-active, journal-broken */
  prune(wish: PruneWish): Promise<PruneResult>;
  /** Rows as they are appended, until the iteration is left. @throws daemon-unreachable when the daemon goes away */
  follow(): AsyncIterable<EventRow>;
}
