// SQLite's errors at reading, as ours.

import Database from 'better-sqlite3';
import { AptOstreeError } from '../model/errors.js';

/** Runs WORK; what SQLite finds wrong with the file becomes an error that names the way out. @throws journal-broken */
export function reading<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    throw new AptOstreeError(
      'journal-broken',
      `cannot read the journal ${path}: ${error.message}; move it away to start a new one, its history is kept in the moved file`,
      { cause: error },
    );
  }
}
