// A row of the journal as its table has it, for programs: the schema is a promise of docs/journal.md.

import type { EventRow } from './journal-rows.js';

/** The payload is text, exactly as it was hashed. */
export function exportLine(row: EventRow): string {
  return JSON.stringify({
    seq: row.seq,
    transaction_id: row.transaction,
    type: row.type,
    schema_version: row.schemaVersion,
    machine_version: row.machineVersion,
    payload: JSON.stringify(row.payload),
    state: row.state,
    uid: row.uid,
    pid: row.pid,
    client: row.client,
    authorization: row.authorization,
    boot_id: row.bootId,
    wall_time_ms: row.wallTimeMs,
    previous_hash: row.previousHash,
    hash: row.hash,
  });
}
