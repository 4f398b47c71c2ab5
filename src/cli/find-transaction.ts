// Finds a transaction by the beginning of its id, as it stands in a list.

import type { JournalClient } from '../client/journal.js';
import { AptOstreeError } from '../model/errors.js';
import type { HistoryRow } from './journal-rows.js';

const ID_DIGITS = 32;
const TIME_DIGITS = 12;
/** An id is made a little before its transaction is opened; also room for a clock set in between. */
const SLACK_MS = 60_000;

/** Null: the newest one. @throws no-such-transaction */
export async function findTransaction(journal: JournalClient, prefix: string | null): Promise<HistoryRow> {
  if (prefix !== null && !/^[0-9a-f]{1,32}$/.test(prefix))
    throw new AptOstreeError(
      'no-such-transaction',
      `cannot find transaction ${JSON.stringify(prefix)}: not the beginning of a transaction id`,
    );
  const [found, other] = await matches(journal, prefix);
  if (found === undefined)
    throw new AptOstreeError(
      'no-such-transaction',
      `cannot find transaction ${prefix ?? 'at all: the journal is empty'}`,
    );
  if (other !== undefined)
    throw new AptOstreeError(
      'no-such-transaction',
      `cannot tell which transaction ${prefix} is: more than one id begins so, give more digits`,
    );
  return found;
}

async function matches(journal: JournalClient, prefix: string | null): Promise<readonly HistoryRow[]> {
  if (prefix === null) return journal.transactions({ limit: 1 });
  const rows = await journal.transactions({ ...timesOf(prefix), limit: 10_000 });
  return rows.filter((row) => row.id.startsWith(prefix));
}

/** An id begins with its time in milliseconds, so that the beginning of one bounds the time. */
function timesOf(prefix: string): { readonly sinceMs: number; readonly untilMs: number } {
  const time = prefix.slice(0, TIME_DIGITS);
  return {
    sinceMs: Math.max(Number.parseInt(time.padEnd(TIME_DIGITS, '0'), 16) - SLACK_MS, 0),
    untilMs: Number.parseInt(time.padEnd(TIME_DIGITS, 'f'), 16) + SLACK_MS,
  };
}

/** As many digits as make ids of different milliseconds differ. */
export function shortId(id: string): string {
  return id.length === ID_DIGITS ? id.slice(0, TIME_DIGITS) : id;
}
