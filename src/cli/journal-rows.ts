// The journal's rows and filters as the client gives them.

import type { JournalClient } from '../client/journal.js';

export type HistoryRow = Awaited<ReturnType<JournalClient['transactions']>>[number];
export type EventRow = Awaited<ReturnType<JournalClient['events']>>[number];
export type VerifyResult = Awaited<ReturnType<JournalClient['verify']>>;
export type PruneWish = Parameters<JournalClient['prune']>[0];
export type PruneResult = Awaited<ReturnType<JournalClient['prune']>>;
export type HistoryFilter = Parameters<JournalClient['transactions']>[0];
export type EventFilter = Parameters<JournalClient['events']>[0];
