// The journal's format number: `user_version` = major * 1000 + minor.

import type Database from 'better-sqlite3';

/** A newer major is only read; a newer minor is read and written, since a rollback boots older code over a newer journal. */
export const MAJOR_VERSION = 1;

export function formatOf(database: Database.Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

export function majorOf(database: Database.Database): number {
  return Math.floor(formatOf(database) / 1000);
}
