// The journal as a client reads it: page by page, and followed live.

import type { EventFilter, EventRow, HistoryFilter, HistoryRow, VerifyResult } from '../journal/rows.js';

export interface JournalClient {
  /** Newest first. */
  transactions(filter: HistoryFilter): Promise<readonly HistoryRow[]>;
  /** Oldest first unless `newestFirst`. */
  events(filter: EventFilter): Promise<readonly EventRow[]>;
  verify(): Promise<VerifyResult>;
  /** Rows as they are appended, until the iteration is left. @throws daemon-unreachable when the daemon goes away */
  follow(): AsyncIterable<EventRow>;
}
