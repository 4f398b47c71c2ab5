// One event as a line of a list: number, time, transaction, user, text.

import { shortId } from '../find-transaction.js';
import type { EventRow } from '../journal-rows.js';
import { eventText, type Plan } from './event.js';
import type { NameOf } from './history.js';
import { formatLocal } from './time.js';

/** Lines come one by one as events do, so that columns have fixed widths. */
export function eventLine(row: EventRow, { plan, nameOf }: { readonly plan: Plan; readonly nameOf: NameOf }): string {
  const cells = [
    String(row.seq).padStart(6),
    formatLocal(row.wallTimeMs),
    shortId(row.transaction),
    nameOf(row.uid).padEnd(8),
  ];
  return `${cells.join('  ')}  ${eventText(row, plan)}`;
}
