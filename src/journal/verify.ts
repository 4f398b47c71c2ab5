// Proves that the journal is whole: SQLite's own check, then numbers without gaps and an unbroken chain of hashes, from its
// anchor to its head.

import type Database from 'better-sqlite3';
import { anchorOf } from './anchor.js';
import { rowHash } from './hash.js';
import type { ChainResult } from './rows.js';
import { EVENT_COLUMNS, type StoredEvent } from './stored-event.js';

/** Reads every row once; names the first that is wrong. */
export function verifyChain(database: Database.Database): ChainResult {
  const integrity = database.pragma('integrity_check(1)', { simple: true });
  const damaged = { seq: 0, reason: `SQLite: ${String(integrity)}` };
  if (integrity !== 'ok') return { ok: false, rows: 0, anchor: 0, head: null, firstBad: damaged };
  const anchor = anchorOf(database);
  let rows = 0;
  let head = anchor.hash;
  const result = (firstBad: ChainResult['firstBad']): ChainResult => ({
    ok: firstBad === null,
    rows,
    anchor: anchor.seq,
    head: rows === 0 ? null : head,
    firstBad,
  });
  const statement = database.prepare(`SELECT ${EVENT_COLUMNS.join(', ')} FROM event ORDER BY seq`);
  for (const row of statement.iterate() as Iterable<StoredEvent>) {
    const reason = faultOf(row, { seq: anchor.seq + rows, hash: head });
    if (reason !== null) return result({ seq: row.seq, reason });
    rows += 1;
    head = row.hash;
  }
  return result(null);
}

function faultOf(row: StoredEvent, before: { readonly seq: number; readonly hash: string }): string | null {
  const expected = before.seq + 1;
  if (row.seq < expected) return `row ${before.seq} and those before it were pruned, this one is there`;
  if (row.seq > expected) return `row ${expected} is missing`;
  if (row.previous_hash !== before.hash) return 'it does not follow the row before it';
  if (row.hash !== hashOf(row)) return 'its content was changed';
  return null;
}

function hashOf(row: StoredEvent): string {
  return rowHash({
    seq: row.seq,
    transaction: row.transaction_id,
    type: row.type,
    schemaVersion: row.schema_version,
    machineVersion: row.machine_version,
    payloadText: row.payload,
    state: row.state,
    uid: row.uid,
    pid: row.pid,
    client: row.client,
    authorization: row.authorization,
    bootId: row.boot_id,
    wallTimeMs: row.wall_time_ms,
    previousHash: row.previous_hash,
  });
}
