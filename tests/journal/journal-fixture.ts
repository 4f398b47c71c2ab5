// A journal in a directory of its own, and rows to put into it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import type { HistoryRow } from '../../src/journal/rows.js';
import { JournalStore, type NewEvent } from '../../src/journal/store.js';
import type { TransactionId } from '../../src/model/transaction.js';

export const MIGRATIONS = resolve('migrations');

export function journalPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'apt-ostree-journal-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'journal.db');
}

export function openJournal(path: string, migrations = MIGRATIONS): JournalStore {
  return new JournalStore({ path, migrations, nativeBinding: null });
}

export function idOf(number: number): TransactionId {
  return number.toString(16).padStart(32, '0') as TransactionId;
}

export function eventFor(transaction: TransactionId, members: Partial<NewEvent> = {}): NewEvent {
  return {
    transaction,
    type: 'OPENED',
    payload: { hello: 'wörld' },
    machineVersion: 1,
    state: 'created',
    uid: 1000,
    pid: 42,
    client: 'cli',
    authorization: '',
    bootId: 'b00t',
    wallTimeMs: 1_000,
    ...members,
  };
}

export function historyFor(transaction: TransactionId, members: Partial<HistoryRow> = {}): HistoryRow {
  return {
    id: transaction,
    kind: 'install',
    title: 'install htop',
    state: 'Committed',
    unchanged: false,
    booted: null,
    failure: null,
    uid: 1000,
    client: 'cli',
    openedAtMs: 1_000,
    endedAtMs: 2_000,
    packages: ['htop'],
    deployment: null,
    firstSeq: 1,
    lastSeq: 1,
    ...members,
  };
}
