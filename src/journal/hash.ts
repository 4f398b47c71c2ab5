// The hash chain: each row's hash covers the row and the hash before it, so a changed, removed or inserted row shows.

import { createHash } from 'node:crypto';

/** The columns a hash covers, as they lie in the database; the payload as its exact text. */
export interface HashedColumns {
  readonly seq: number;
  readonly transaction: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly machineVersion: number;
  readonly payloadText: string;
  readonly state: string;
  readonly uid: number;
  readonly pid: number;
  readonly client: string;
  readonly authorization: string;
  readonly bootId: string;
  readonly wallTimeMs: number;
  readonly previousHash: string;
}

/** `previousHash` of the first row. */
export const GENESIS = '0'.repeat(64);

/** SHA-256, hex, over a JSON array of the columns in fixed order: unambiguous, and easy to recompute with other tools. */
export function rowHash(row: HashedColumns): string {
  const canonical = JSON.stringify([
    row.seq,
    row.transaction,
    row.type,
    row.schemaVersion,
    row.machineVersion,
    row.payloadText,
    row.state,
    row.uid,
    row.pid,
    row.client,
    row.authorization,
    row.bootId,
    row.wallTimeMs,
    row.previousHash,
  ]);
  return createHash('sha256').update(canonical).digest('hex');
}
