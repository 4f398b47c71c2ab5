// Holds the journal's derived tables against its events: each transaction is folded anew, a few at a time, so that the daemon
// goes on meanwhile.

import { setImmediate as breathe } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { HistoryRow, VerifyResult } from '../journal/rows.js';
import type { JournalStore } from '../journal/store.js';
import { failureOf } from '../model/errors.js';
import type { TransactionId } from '../model/transaction.js';
import { DurableActor } from './durable-actor.js';
import { isOfNewerProgram } from './stored-payload.js';

const AT_ONCE = 50;

type Difference = VerifyResult['history'];

/** What is wrong is made anew unless the journal is only read. @throws journal-broken, no-space */
export async function checkHistory(journal: JournalStore): Promise<Difference> {
  const check = checking(journal);
  for (;;) {
    const { done, value } = check.next();
    if (done === true) return value;
    await breathe();
  }
}

/** At the start, where nobody waits for anything else: the derived tables say which transactions are open. */
export function checkHistoryAtOnce(journal: JournalStore): Difference {
  const check = checking(journal);
  for (;;) {
    const { done, value } = check.next();
    if (done === true) return value;
  }
}

/** Stops for a moment after every few transactions. */
function* checking(journal: JournalStore): Generator<undefined, Difference> {
  const mend = new Map<TransactionId, HistoryRow | null>();
  const told: string[] = [];
  const differs: Differs = (id, row, why) => {
    if (row !== undefined) mend.set(id, row);
    told.push(`transaction ${id}: ${why}`);
  };
  let seq = 0;
  for (;;) {
    const page = journal.transactionsAfter(seq, AT_ONCE);
    for (const { id } of page) checkOne(journal, id, differs);
    const last = page.at(-1);
    if (last === undefined) break;
    seq = last.seq;
    yield;
  }
  for (const id of journal.historyWithoutEvents()) differs(id, null, 'the history has it, the events do not');
  const [first] = told;
  if (first === undefined) return null;
  if (journal.readOnly === null) journal.rebuildHistory(mend);
  return { wrong: told.length, first, rebuilt: journal.readOnly === null && mend.size === told.length };
}

/** ROW is what should be there: nothing for null, and unknown for undefined, where the events do not fold. */
type Differs = (id: TransactionId, row: HistoryRow | null | undefined, why: string) => void;

function checkOne(journal: JournalStore, id: TransactionId, differs: Differs): void {
  const folded = foldedHistory(journal, id);
  if (folded === null) return;
  const why = typeof folded === 'string' ? folded : difference(folded, journal.historyOf(id));
  if (why !== null) differs(id, typeof folded === 'string' ? undefined : folded, why);
}

function difference(folded: HistoryRow, kept: HistoryRow | null): string | null {
  if (kept === null) return 'the events have it, the history does not';
  const names = Object.keys(folded) as (keyof HistoryRow)[];
  const wrong = names.find((name) => !isDeepStrictEqual(folded[name], kept[name]));
  if (wrong === undefined) return null;
  return `its ${wrong} is ${text(kept[wrong])} in the history, and ${text(folded[wrong])} by its events`;
}

/** A row, or why there is none; null for what only a newer program can fold. */
function foldedHistory(journal: JournalStore, id: TransactionId): HistoryRow | string | null {
  try {
    const rows = journal.eventsOf(id);
    const [opened] = rows;
    if (opened?.type === 'OPENED' && isOfNewerProgram(opened)) return null;
    return DurableActor.historyOf(rows);
  } catch (error) {
    return failureOf(error).message;
  }
}

function text(value: HistoryRow[keyof HistoryRow]): string {
  return Array.isArray(value) ? value.join(' ') : String(value);
}
