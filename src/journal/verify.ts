// Proves that the journal is whole: SQLite's own check, then numbers without gaps and an unbroken chain of hashes.

import type Database from 'better-sqlite3';
import { GENESIS, rowHash } from './hash.js';
import type { VerifyResult } from './rows.js';
import { EVENT_COLUMNS, type StoredEvent } from './stored-event.js';

/** Reads every row once; names the first that is wrong. */
export function verifyChain(database: Database.Database): VerifyResult {
  const integrity = database.pragma('integrity_check(1)', { simple: true });
  let rows = 0;
  let head = GENESIS;
  const bad = (seq: number, reason: string): VerifyResult => ({
    ok: false,
    rows,
    head: rows === 0 ? null : head,
    firstBad: { seq, reason },
  });
  if (integrity !== 'ok') return bad(0, `SQLite: ${String(integrity)}`);
  const statement = database.prepare(`SELECT ${EVENT_COLUMNS.join(', ')} FROM event ORDER BY seq`);
  for (const row of statement.iterate() as Iterable<StoredEvent>) {
    if (row.seq !== rows + 1) return bad(row.seq, `row ${rows + 1} is missing`);
    if (row.previous_hash !== head) return bad(row.seq, 'it does not follow the row before it');
    if (row.hash !== hashOf(row)) return bad(row.seq, 'its content was changed');
    rows += 1;
    head = row.hash;
  }
  return { ok: true, rows, head: rows === 0 ? null : head, firstBad: null };
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
