// A database with the journal's `event` columns and nothing else, in the journal's settings: what an insert costs at least.

import Database from 'better-sqlite3';
import { EVENT_COLUMNS, type StoredEvent } from '../src/journal/stored-event.js';

export class RawJournal implements Disposable {
  readonly #database: Database.Database;
  readonly #insert: Database.Statement;

  constructor(path: string) {
    this.#database = new Database(path);
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = FULL');
    this.#database.exec(`CREATE TABLE event (${EVENT_COLUMNS.join(', ')}, PRIMARY KEY (seq))`);
    this.#insert = this.#database.prepare(
      `INSERT INTO event VALUES (${EVENT_COLUMNS.map((name) => `@${name}`).join(', ')})`,
    );
  }

  insert(row: StoredEvent): void {
    this.#insert.run(row);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
