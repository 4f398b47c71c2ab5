// Brings a journal to this version: numbered SQL files, forward only, each in one transaction, never edited after release.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { AptOstreeError } from '../model/errors.js';
import { formatOf, MAJOR_VERSION } from './version.js';

/** 'aost', so that file(1) and other programs tell a journal from other databases. */
const APPLICATION_ID = 0x616f7374;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** @throws journal-broken when an applied migration differs from the file of that name, or the file is no journal */
export function migrate(database: Database.Database, directory: string): void {
  refuseForeign(database);
  const applied = appliedMigrations(database);
  for (const migration of migrationsOf(directory)) {
    const checksum = applied.get(migration.name);
    if (checksum === undefined) apply(database, migration);
    else if (checksum !== migration.checksum)
      throw new AptOstreeError(
        'journal-broken',
        `cannot open the journal: migration ${migration.name} is not the one applied to it`,
      );
  }
}

function refuseForeign(database: Database.Database): void {
  const id = database.pragma('application_id', { simple: true });
  if (id !== 0 && id !== APPLICATION_ID)
    throw new AptOstreeError('journal-broken', 'cannot open the journal: the file is a database of another program');
}

function appliedMigrations(database: Database.Database): ReadonlyMap<string, string> {
  database.exec(
    'CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL) STRICT, WITHOUT ROWID',
  );
  const rows = database.prepare('SELECT name, checksum FROM migration').all() as { name: string; checksum: string }[];
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

function migrationsOf(directory: string): readonly Migration[] {
  return readdirSync(directory)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(directory, file), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { number: Number(file.slice(0, 4)), name: file, sql, checksum };
    });
}

function apply(database: Database.Database, { number, name, sql, checksum }: Migration): void {
  database
    .transaction(() => {
      database.exec(sql);
      database.prepare('INSERT INTO migration (name, checksum) VALUES (?, ?)').run(name, checksum);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      // a newer minor's own number is never lowered by older code
      database.pragma(`user_version = ${Math.max(formatOf(database), MAJOR_VERSION * 1000 + number)}`);
    })
    .immediate();
}
