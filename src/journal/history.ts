// The derived `history` tables: one row a transaction, and its packages.

import type Database from 'better-sqlite3';
import type { OperationKind } from '../model/request.js';
import type { BootOutcome, TransactionId, TransactionState } from '../model/transaction.js';
import { historyQuery } from './query.js';
import type { HistoryFilter, HistoryRow } from './rows.js';

interface StoredHistory {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly state: string;
  readonly unchanged: number;
  readonly booted: string | null;
  readonly failure: string | null;
  readonly uid: number;
  readonly client: string;
  readonly opened_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly deployment: string | null;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly open: number;
}

const COLUMNS = [
  'id',
  'kind',
  'title',
  'state',
  'unchanged',
  'booted',
  'failure',
  'uid',
  'client',
  'opened_at_ms',
  'ended_at_ms',
  'deployment',
  'first_seq',
  'last_seq',
  'open',
] as const satisfies readonly (keyof StoredHistory)[];

export class HistoryTable {
  readonly #database: Database.Database;
  readonly #put: Database.Statement;
  readonly #putPackage: Database.Statement;
  readonly #packages: Database.Statement;

  constructor(database: Database.Database) {
    this.#database = database;
    const updates = COLUMNS.filter((name) => name !== 'id' && name !== 'first_seq');
    this.#put = database.prepare(
      `INSERT INTO history (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((name) => `@${name}`).join(', ')})
       ON CONFLICT (id) DO UPDATE SET ${updates.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    );
    this.#putPackage = database.prepare('INSERT OR IGNORE INTO history_package (package, id) VALUES (?, ?)');
    this.#packages = database.prepare('SELECT package FROM history_package WHERE id = ? ORDER BY package');
  }

  /** Puts the present row of a transaction in place of the one before; packages only grow. */
  put(row: HistoryRow): void {
    this.#put.run(stored(row));
    for (const name of row.packages) this.#putPackage.run(name, row.id);
  }

  query(filter: HistoryFilter): readonly HistoryRow[] {
    const { sql, parameters } = historyQuery(filter);
    return (this.#database.prepare(sql).all(parameters) as StoredHistory[]).map((row) => this.#row(row));
  }

  get(id: TransactionId): HistoryRow | null {
    const row = this.#database.prepare('SELECT * FROM history WHERE id = ?').get(id);
    return row === undefined ? null : this.#row(row as StoredHistory);
  }

  /** Exactly ROW is left of the transaction, or nothing. */
  replace(id: TransactionId, row: HistoryRow | null): void {
    this.#database.prepare('DELETE FROM history_package WHERE id = ?').run(id);
    this.#database.prepare('DELETE FROM history WHERE id = ?').run(id);
    if (row !== null) this.put(row);
  }

  orphans(): readonly TransactionId[] {
    const sql = `SELECT id FROM history WHERE NOT EXISTS (SELECT 1 FROM event WHERE transaction_id = history.id)
       UNION SELECT id FROM history_package WHERE NOT EXISTS (SELECT 1 FROM event WHERE transaction_id = history_package.id)`;
    return (this.#database.prepare(sql).all() as { id: TransactionId }[]).map(({ id }) => id);
  }

  open(): readonly TransactionId[] {
    const rows = this.#database.prepare('SELECT id FROM history WHERE open = 1 ORDER BY first_seq').all();
    return (rows as { id: TransactionId }[]).map(({ id }) => id);
  }

  #row(row: StoredHistory): HistoryRow {
    const packages = (this.#packages.all(row.id) as { package: string }[]).map((each) => each.package);
    return {
      id: row.id as TransactionId,
      kind: row.kind as OperationKind,
      title: row.title,
      state: row.state as TransactionState,
      unchanged: row.unchanged === 1,
      booted: row.booted as 'pending' | BootOutcome | null,
      failure: row.failure,
      uid: row.uid,
      client: row.client,
      openedAtMs: row.opened_at_ms,
      endedAtMs: row.ended_at_ms,
      packages,
      deployment: row.deployment,
      firstSeq: row.first_seq,
      lastSeq: row.last_seq,
    };
  }
}

function stored(row: HistoryRow): StoredHistory {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    state: row.state,
    unchanged: row.unchanged ? 1 : 0,
    booted: row.booted,
    failure: row.failure,
    uid: row.uid,
    client: row.client,
    opened_at_ms: row.openedAtMs,
    ended_at_ms: row.endedAtMs,
    deployment: row.deployment,
    first_seq: row.firstSeq,
    last_seq: row.lastSeq,
    // a staged deployment's transaction has ended for its user, yet waits for its boot
    open: row.endedAtMs === null || row.booted === 'pending' ? 1 : 0,
  };
}
