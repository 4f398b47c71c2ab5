// Opens the journal's database with the durability it promises, and asserts that it got it.

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AptOstreeError, type Failure } from '../model/errors.js';
import { migrate } from './migrate.js';
import { MAJOR_VERSION, majorOf } from './version.js';

export interface JournalLocation {
  /** Path of the database file; its directory is made when missing. */
  readonly path: string;
  /** Directory of the migrations. */
  readonly migrations: string;
  /** better-sqlite3's native part, where it does not lie in node_modules; null for its own search. */
  readonly nativeBinding: string | null;
  /** Called when the disk is full; true when that made some room. */
  readonly makeRoom?: () => boolean;
}

export interface OpenedDatabase {
  readonly database: Database.Database;
  /** Why nothing can be written, or null. */
  readonly readOnly: Failure | null;
}

/**
 * WAL with synchronous=FULL: an appended row outlives a power cut once `append` has returned (J1). better-sqlite3's own
 * build falls back to NORMAL at reopening a WAL database, hence set and asserted each time.
 * @throws journal-broken, no-space
 */
export function openDatabase(location: JournalLocation): OpenedDatabase {
  const { path } = location;
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const isNew = !existsSync(path) || statSync(path).size === 0;
  try {
    return openToWrite(location, isNew);
  } catch (error) {
    if (error instanceof AptOstreeError) throw error;
    if (!isOfFullDisk(error)) throw broken(path, error);
    if (location.makeRoom?.() === true) return openDatabase(location);
    if (isNew) throw new AptOstreeError('no-space', `cannot begin: ${fullDisk(path).message}`);
    return openOnFullDisk(location);
  }
}

function openToWrite({ path, migrations, nativeBinding }: JournalLocation, isNew: boolean): OpenedDatabase {
  const database = new Database(path, nativeBinding === null ? {} : { nativeBinding });
  try {
    if (!isNew && majorOf(database) > MAJOR_VERSION) return reopenReadOnly(database, { path, nativeBinding });
    requirePragmas(database, path);
    migrate(database, migrations);
    return { database, readOnly: null };
  } catch (error) {
    // its locks would stand against the next try
    database.close();
    throw error;
  }
}

function requirePragmas(database: Database.Database, path: string): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('trusted_schema = OFF');
  const mode = database.pragma('journal_mode', { simple: true });
  const synchronous = database.pragma('synchronous', { simple: true });
  if (mode !== 'wal' || synchronous !== 2)
    throw new AptOstreeError(
      'journal-broken',
      `cannot use the journal ${path}: its filesystem gives journal_mode=${String(mode)} synchronous=${String(synchronous)}, not wal and 2`,
    );
}

function reopenReadOnly(
  database: Database.Database,
  { path, nativeBinding }: Pick<JournalLocation, 'path' | 'nativeBinding'>,
): OpenedDatabase {
  const major = majorOf(database);
  database.close();
  return {
    database: new Database(path, { readonly: true, ...(nativeBinding === null ? {} : { nativeBinding }) }),
    readOnly: {
      code: 'journal-newer',
      message: `the journal ${path} was written by a newer apt-ostree (format ${major}, this one knows ${MAJOR_VERSION}): boot the newer deployment or upgrade apt-ostree`,
    },
  };
}

/** Not even the shared memory beside the database can be made; alone with it, SQLite uses memory of its own. */
function openOnFullDisk({ path, nativeBinding }: JournalLocation): OpenedDatabase {
  const database = new Database(path, nativeBinding === null ? {} : { nativeBinding });
  database.pragma('locking_mode = EXCLUSIVE');
  return { database, readOnly: fullDisk(path) };
}

export function isOfFullDisk(error: unknown): boolean {
  const code = error instanceof Database.SqliteError ? error.code : '';
  return code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE';
}

function fullDisk(path: string): Failure {
  const message = `the filesystem of the journal ${path} has no space left: free some, and restart apt-ostreed if it is running`;
  return { code: 'no-space', message };
}

function broken(path: string, error: unknown): AptOstreeError {
  const reason = error instanceof Error ? error.message : String(error);
  return new AptOstreeError(
    'journal-broken',
    `cannot open the journal ${path}: ${reason}; move it away to start a new one, its history is kept in the moved file`,
    { cause: error },
  );
}
