// Takes the oldest rows away, whole transactions only, and leaves the proof of what they were: one row of the chain.

import type Database from 'better-sqlite3';
import { anchorOf, type Pruned } from './anchor.js';
import type { PruneRule } from './rows.js';

/** What a prune would take away. */
export type Prunable = Omit<Pruned, 'commandLine'>;

/** Null when nothing is old enough. */
export function prunable(database: Database.Database, rule: PruneRule): Prunable | null {
  const anchor = anchorOf(database);
  const end = wholeTransactions(database, firstNeeded(database, rule));
  const last = database.prepare('SELECT seq, hash FROM event WHERE seq < ? ORDER BY seq DESC LIMIT 1').get(end) as
    | { readonly seq: number; readonly hash: string }
    | undefined;
  if (last === undefined) return null;
  const { transactions } = database
    .prepare('SELECT count(*) AS transactions FROM history WHERE last_seq < ?')
    .get(end) as { transactions: number };
  // rows of the journal itself go with the next transaction that does: a prune of nothing else would only add one
  return transactions === 0 ? null : { ...last, rows: last.seq - anchor.seq, transactions };
}

/** Once the row that says so is written: the trigger lets go of nothing else. */
export function removePruned(database: Database.Database, { seq }: Prunable): void {
  database.prepare('DELETE FROM event WHERE seq <= ?').run(seq);
  database.prepare('DELETE FROM history_package WHERE id IN (SELECT id FROM history WHERE last_seq <= ?)').run(seq);
  database.prepare('DELETE FROM history WHERE last_seq <= ?').run(seq);
}

/**
 * Gives the space back when that is worth it: what is copied is at most three times what is freed. Otherwise, and where there
 * is no room for the copy, later rows use it.
 */
export function shrink(database: Database.Database): void {
  const pages = database.pragma('page_count', { simple: true }) as number;
  const free = database.pragma('freelist_count', { simple: true }) as number;
  if (free * 4 >= pages) database.exec('VACUUM');
  database.pragma('wal_checkpoint(TRUNCATE)');
}

/** Number of the first row that stays: before any that is open, young, wished for, or named by a deployment. */
function firstNeeded(database: Database.Database, { keep, sinceMs, needed }: PruneRule): number {
  const first = (sql: string, ...parameters: readonly unknown[]): number => {
    const row = database.prepare(`SELECT (${sql}) AS seq`).get(...parameters) as { readonly seq: number | null };
    return row.seq ?? Number.MAX_SAFE_INTEGER;
  };
  return Math.min(
    first('SELECT min(first_seq) FROM history WHERE open = 1'),
    first('SELECT min(first_seq) FROM history WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(needed)),
    ...(keep === null
      ? []
      : [first('SELECT min(first_seq) FROM (SELECT first_seq FROM history ORDER BY first_seq DESC LIMIT ?)', keep)]),
    ...(sinceMs === null ? [] : [first('SELECT min(seq) FROM event WHERE wall_time_ms >= ?', sinceMs)]),
  );
}

/** Before END or further back, so that no transaction lies on both sides, as one does whose boot was told later. */
function wholeTransactions(database: Database.Database, end: number): number {
  const across = database.prepare(
    'SELECT min(first_seq) AS seq FROM history WHERE first_seq < @end AND last_seq >= @end',
  );
  for (let at = end; ; ) {
    const { seq } = across.get({ end: at }) as { readonly seq: number | null };
    if (seq === null) return at;
    at = seq;
  }
}
