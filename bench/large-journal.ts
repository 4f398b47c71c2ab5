// A journal of a million events, written in bulk: the rows of one real transaction again and again, under other ids,
// callers, packages and times, in one true chain of hashes.

import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { GENESIS, rowHash } from '../src/journal/hash.js';
import { HistoryTable } from '../src/journal/history.js';
import { JournalStore } from '../src/journal/store.js';
import { EVENT_COLUMNS, type StoredEvent } from '../src/journal/stored-event.js';
import type { TransactionId } from '../src/model/transaction.js';
import { type JournaledEvent, sampleTransaction } from './sample-transaction.js';

export const EVENTS = 1_000_000;
/** Between two transactions; a million events make eleven years of one transaction an hour. */
export const INTERVAL_MS = 3_600_000;
export const FIRST_MS = Date.UTC(2020, 0, 1);
export const PACKAGES = 2_000;
/** Callers, all busy but the last. */
export const COMMON_UID = 1_003;
export const RARE_UID = 4_242;

export function openJournal(path: string): JournalStore {
  return new JournalStore({ path, migrations: resolve('migrations'), nativeBinding: null });
}

export function transactionNumber(number: number): TransactionId {
  return number.toString(16).padStart(32, '0') as TransactionId;
}

export function packageNumber(number: number): string {
  return `package-${number % PACKAGES}`;
}

export function writeLargeJournal(path: string): void {
  openJournal(path).close();
  const database = new Database(path);
  database.pragma('synchronous = OFF');
  const writer = new BulkWriter(database);
  const sample = sampleTransaction();
  for (let number = 0; writer.seq + sample.length <= EVENTS; number += 1) writer.transaction(number, sample);
  writer.end();
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

const ROWS_PER_COMMIT = 50_000;

class BulkWriter {
  seq = 0;
  readonly #database: Database.Database;
  readonly #insert: Database.Statement;
  readonly #history: HistoryTable;
  #previousHash = GENESIS;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#history = new HistoryTable(database);
    const values = EVENT_COLUMNS.map((name) => `@${name}`);
    this.#insert = database.prepare(`INSERT INTO event (${EVENT_COLUMNS.join(', ')}) VALUES (${values.join(', ')})`);
    database.exec('BEGIN');
  }

  transaction(number: number, sample: readonly JournaledEvent[]): void {
    const id = transactionNumber(number);
    const openedAtMs = FIRST_MS + number * INTERVAL_MS;
    const uid = number % 10_000 === 0 ? RARE_UID : 1_000 + (number % 20);
    const firstSeq = this.seq + 1;
    for (const { event } of sample) this.#event(event, { id, uid, wallTimeMs: openedAtMs });
    const last = sample.at(-1)?.history;
    if (last === undefined) throw new Error('the sample has no events');
    const packages = [number, number + 1, number + 2].map(packageNumber);
    const span = { openedAtMs, endedAtMs: openedAtMs + 5_000, firstSeq, lastSeq: this.seq };
    this.#history.put({ ...last, id, uid, packages, ...span });
  }

  end(): void {
    this.#database.exec('COMMIT');
  }

  #event(
    event: JournaledEvent['event'],
    of: { readonly id: TransactionId; readonly uid: number; readonly wallTimeMs: number },
  ): void {
    this.seq += 1;
    const columns = {
      ...event,
      ...{ seq: this.seq, transaction: of.id, uid: of.uid, wallTimeMs: of.wallTimeMs, schemaVersion: 1 },
      ...{ payloadText: JSON.stringify(event.payload), previousHash: this.#previousHash },
    };
    this.#previousHash = rowHash(columns);
    const row: StoredEvent = {
      ...{ seq: this.seq, transaction_id: of.id, type: event.type, schema_version: 1, state: event.state },
      ...{ machine_version: event.machineVersion, payload: columns.payloadText, uid: of.uid, pid: event.pid },
      ...{ client: event.client, authorization: event.authorization, boot_id: event.bootId },
      ...{ wall_time_ms: of.wallTimeMs, previous_hash: columns.previousHash, hash: this.#previousHash },
    };
    this.#insert.run(row);
    if (this.seq % ROWS_PER_COMMIT === 0) this.#database.exec('COMMIT; BEGIN');
  }
}
