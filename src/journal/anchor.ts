// Where the chain begins: at its first row ever, or behind the rows that the latest prune took away.

import type Database from 'better-sqlite3';
import type { TransactionId } from '../model/transaction.js';
import { GENESIS } from './hash.js';

/** Stands in place of a transaction's id in rows of the journal itself. Programs that do not know their types skip them. */
export const JOURNAL_ITSELF = '0'.repeat(32) as TransactionId;

/** The last row that is not there any more. */
export interface Anchor {
  readonly seq: number;
  readonly hash: string;
}

/** Payload of a `PRUNED` row: what it took away, and at whose wish. Who that was stands in the row's own columns. */
export interface Pruned extends Anchor {
  readonly rows: number;
  readonly transactions: number;
  readonly commandLine: string | null;
}

const BEGINNING: Anchor = { seq: 0, hash: GENESIS };

/** As the newest `PRUNED` row says, which is itself part of the chain. */
export function anchorOf(database: Database.Database): Anchor {
  const row = database.prepare("SELECT payload FROM event WHERE type = 'PRUNED' ORDER BY seq DESC LIMIT 1").get();
  if (row === undefined) return BEGINNING;
  const { seq, hash } = JSON.parse((row as { payload: string }).payload) as Pruned;
  return { seq, hash };
}
