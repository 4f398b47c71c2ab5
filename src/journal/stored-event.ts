// The `event` table's row as SQLite gives it, and as a value.

import { AptOstreeError } from '../model/errors.js';
import type { TransactionId } from '../model/transaction.js';
import type { EventRow } from './rows.js';

export interface StoredEvent {
  readonly seq: number;
  readonly transaction_id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly machine_version: number;
  readonly payload: string;
  readonly state: string;
  readonly uid: number;
  readonly pid: number;
  readonly client: string;
  readonly authorization: string;
  readonly boot_id: string;
  readonly wall_time_ms: number;
  readonly previous_hash: string;
  readonly hash: string;
}

export const EVENT_COLUMNS = [
  'seq',
  'transaction_id',
  'type',
  'schema_version',
  'machine_version',
  'payload',
  'state',
  'uid',
  'pid',
  'client',
  'authorization',
  'boot_id',
  'wall_time_ms',
  'previous_hash',
  'hash',
] as const satisfies readonly (keyof StoredEvent)[];

export function eventOf(stored: StoredEvent): EventRow {
  return {
    seq: stored.seq,
    transaction: stored.transaction_id as TransactionId,
    type: stored.type,
    payload: payloadOf(stored),
    schemaVersion: stored.schema_version,
    machineVersion: stored.machine_version,
    state: stored.state,
    uid: stored.uid,
    pid: stored.pid,
    client: stored.client,
    authorization: stored.authorization,
    bootId: stored.boot_id,
    wallTimeMs: stored.wall_time_ms,
    previousHash: stored.previous_hash,
    hash: stored.hash,
  };
}

/** @throws journal-broken */
function payloadOf({ seq, payload }: StoredEvent): unknown {
  try {
    return JSON.parse(payload);
  } catch (cause) {
    throw new AptOstreeError('journal-broken', `cannot read the journal at row ${seq}: its payload is no JSON`, {
      cause,
    });
  }
}
