// Plans of the transactions that journal rows belong to: an event names its step by an index only.

import type { JournalClient } from '../client/journal.js';
import type { EventRow } from './journal-rows.js';
import { type Plan, planOf } from './render/event.js';

/** Asks the journal once a transaction, and only where its opening has not been seen. */
export function planBook(journal: JournalClient): (row: EventRow) => Promise<Plan> {
  const plans = new Map<string, Plan>();
  return async (row) => {
    const known = plans.get(row.transaction);
    if (known !== undefined) return known;
    const opening = row.type === 'OPENED' ? row : (await journal.events({ transaction: row.transaction, limit: 1 }))[0];
    const plan = opening === undefined ? [] : planOf(opening);
    plans.set(row.transaction, plan);
    return plan;
  };
}
