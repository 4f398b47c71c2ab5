// The journal: appends rows durably and reads them back. With its neighbours in this folder, the only SQL there is.

import type Database from 'better-sqlite3';
import { AptOstreeError, errorOf, type Failure } from '../model/errors.js';
import type { TransactionId } from '../model/transaction.js';
import { JOURNAL_ITSELF } from './anchor.js';
import { isOfFullDisk, type JournalLocation, openDatabase } from './database.js';
import { GENESIS, rowHash } from './hash.js';
import { HistoryTable } from './history.js';
import { type Prunable, prunable, removePruned, shrink } from './prune.js';
import { eventQuery } from './query.js';
import { reading } from './read-failure.js';
import type { ChainResult, EventFilter, EventRow, HistoryFilter, HistoryRow, PruneRule } from './rows.js';
import { EVENT_COLUMNS, eventOf, type StoredEvent } from './stored-event.js';
import { verifyChain } from './verify.js';

/** Version of the payloads' schema written by this code. */
export const SCHEMA_VERSION = 1;

/** A row before the journal gives it number and hash. */
export interface NewEvent {
  readonly transaction: TransactionId;
  readonly type: string;
  readonly payload: unknown;
  readonly machineVersion: number;
  readonly state: string;
  readonly uid: number;
  readonly pid: number;
  readonly client: string;
  readonly authorization: string;
  readonly bootId: string;
  readonly wallTimeMs: number;
}

export class JournalStore {
  readonly #path: string;
  readonly #makeRoom: () => boolean;
  readonly #database: Database.Database;
  readonly #insert: Database.Statement;
  readonly #history: HistoryTable;
  /** Why nothing can be written, or null. */
  readonly readOnly: Failure | null;
  #head: { seq: number; hash: string };

  /** @throws journal-broken */
  constructor(location: JournalLocation) {
    const { database, readOnly } = openDatabase(location);
    this.#path = location.path;
    this.#makeRoom = location.makeRoom ?? (() => false);
    this.#database = database;
    this.readOnly = readOnly;
    try {
      this.#history = this.#reading(() => new HistoryTable(database));
      const values = EVENT_COLUMNS.map((name) => `@${name}`).join(', ');
      this.#insert = this.#reading(() =>
        database.prepare(`INSERT INTO event (${EVENT_COLUMNS.join(', ')}) VALUES (${values})`),
      );
      this.#head = this.#reading(() => this.#readHead());
    } catch (error) {
      // nobody else could close it
      database.close();
      throw error;
    }
  }

  /**
   * Appends one row and brings the derived tables along, in one SQLite transaction. When it returns, the row is on disk.
   * @throws journal-broken, no-space
   */
  append(event: NewEvent, derive: (row: EventRow) => HistoryRow): EventRow {
    if (this.readOnly !== null) throw errorOf(this.readOnly);
    const stored = this.#number(event);
    const row = eventOf(stored);
    this.#writing(() => {
      this.#insert.run(stored);
      this.#history.put(derive(row));
    });
    this.#head = { seq: row.seq, hash: row.hash };
    return row;
  }

  /** What a prune by RULE would take away; null when nothing. @throws journal-broken */
  prunable(rule: PruneRule): Prunable | null {
    return this.#reading(() => prunable(this.#database, rule));
  }

  /**
   * Takes the rows away that EVENT, which is appended, names as taken: all in one SQLite transaction.
   * @throws journal-broken, no-space
   */
  prune(event: NewEvent, pruned: Prunable): EventRow {
    if (this.readOnly !== null) throw errorOf(this.readOnly);
    const stored = this.#number(event);
    this.#writing(() => {
      this.#insert.run(stored);
      removePruned(this.#database, pruned);
    });
    this.#head = { seq: stored.seq, hash: stored.hash };
    return eventOf(stored);
  }

  /** Gives the space of pruned rows back where that is worth it. @throws journal-broken, no-space */
  shrink(): void {
    try {
      shrink(this.#database);
    } catch (error) {
      throw this.#appendFailed(error);
    }
  }

  /** Ids of transactions with their first rows' numbers behind AFTER SEQ, in order, as the events have them. */
  transactionsAfter(afterSeq: number, limit: number): readonly { readonly id: TransactionId; readonly seq: number }[] {
    const sql = `SELECT transaction_id AS id, seq FROM event WHERE type = 'OPENED' AND seq > ? ORDER BY seq LIMIT ?`;
    return this.#reading(() => this.#database.prepare(sql).all(afterSeq, limit)) as {
      id: TransactionId;
      seq: number;
    }[];
  }

  /** Whether the derived tables do not know of the latest event. */
  historyIsBehind(): boolean {
    const sql = 'SELECT transaction_id AS id, seq FROM event WHERE transaction_id <> ? ORDER BY seq DESC LIMIT 1';
    const last = this.#reading(() => this.#database.prepare(sql).get(JOURNAL_ITSELF)) as
      | { readonly id: TransactionId; readonly seq: number }
      | undefined;
    return last !== undefined && this.historyOf(last.id)?.lastSeq !== last.seq;
  }

  historyOf(id: TransactionId): HistoryRow | null {
    return this.#reading(() => this.#history.get(id));
  }

  /** Rows of the derived table whose transaction has no event. */
  historyWithoutEvents(): readonly TransactionId[] {
    return this.#reading(() => this.#history.orphans());
  }

  /** Puts rows of the derived tables in place of those that are there; null removes. @throws journal-broken, no-space */
  rebuildHistory(rows: ReadonlyMap<TransactionId, HistoryRow | null>): void {
    if (this.readOnly !== null) throw errorOf(this.readOnly);
    this.#writing(() => {
      for (const [id, row] of rows) this.#history.replace(id, row);
    });
  }

  events(filter: EventFilter): readonly EventRow[] {
    const { sql, parameters } = eventQuery(filter);
    return this.#reading(() => this.#database.prepare(sql).all(parameters) as StoredEvent[]).map(eventOf);
  }

  history(filter: HistoryFilter): readonly HistoryRow[] {
    return this.#reading(() => this.#history.query(filter));
  }

  /** Transactions without a final state, oldest first. */
  openTransactions(): readonly TransactionId[] {
    return this.#reading(() => this.#history.open());
  }

  /** All rows of one transaction, in order. */
  eventsOf(transaction: TransactionId): readonly EventRow[] {
    const sql = `SELECT ${EVENT_COLUMNS.join(', ')} FROM event WHERE transaction_id = ? ORDER BY seq`;
    return this.#reading(() => this.#database.prepare(sql).all(transaction) as StoredEvent[]).map(eventOf);
  }

  /** Of the events alone; whether the derived tables agree is for whoever can fold them. */
  verify(): ChainResult {
    return this.#reading(() => verifyChain(this.#database));
  }

  close(): void {
    try {
      if (this.readOnly === null) this.#database.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // the rows stay where they were synced to, and the next start finds them there
      if (!isOfFullDisk(error)) throw error;
    }
    this.#database.close();
  }

  /** All or nothing; on a disk that is full, once more with the space that was kept aside. */
  #writing(work: () => void): void {
    const transaction = this.#database.transaction(work);
    try {
      try {
        transaction.immediate();
      } catch (error) {
        if (!isOfFullDisk(error) || !this.#makeRoom()) throw error;
        transaction.immediate();
      }
    } catch (error) {
      throw this.#appendFailed(error);
    }
  }

  #reading<T>(work: () => T): T {
    try {
      return reading(this.#path, work);
    } catch (error) {
      // a newer major may have other tables: that is no damage
      throw this.readOnly?.code === 'journal-newer' ? errorOf(this.readOnly) : error;
    }
  }

  #number(event: NewEvent): StoredEvent {
    const seq = this.#head.seq + 1;
    const columns = {
      ...event,
      seq,
      schemaVersion: SCHEMA_VERSION,
      payloadText: JSON.stringify(event.payload),
      previousHash: this.#head.hash,
    };
    return {
      seq,
      transaction_id: event.transaction,
      type: event.type,
      schema_version: SCHEMA_VERSION,
      machine_version: event.machineVersion,
      payload: columns.payloadText,
      state: event.state,
      uid: event.uid,
      pid: event.pid,
      client: event.client,
      authorization: event.authorization,
      boot_id: event.bootId,
      wall_time_ms: event.wallTimeMs,
      previous_hash: columns.previousHash,
      hash: rowHash(columns),
    };
  }

  #readHead(): { seq: number; hash: string } {
    const last = this.#database.prepare('SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1').get() as
      | { seq: number; hash: string }
      | undefined;
    return last ?? { seq: 0, hash: GENESIS };
  }

  #appendFailed(error: unknown): AptOstreeError {
    const reason = error instanceof Error ? error.message : String(error);
    if (isOfFullDisk(error))
      return new AptOstreeError('no-space', 'cannot write the journal: no space left on its filesystem', {
        cause: error,
      });
    return new AptOstreeError('journal-broken', `cannot write the journal: ${reason}`, { cause: error });
  }
}
