// Appending to the journal, beside a bare insert of the same row.

import { join, resolve } from 'node:path';
import type { EventRow } from '../src/journal/rows.js';
import { JournalStore } from '../src/journal/store.js';
import type { StoredEvent } from '../src/journal/stored-event.js';
import { newTransactionId } from '../src/system/transaction-id.js';
import { type Figure, figure } from './figure.js';
import { emptyFilesystem } from './filesystem.js';
import { RawJournal } from './raw-journal.js';
import { sampleTransaction } from './sample-transaction.js';
import { median } from './statistics.js';

const TRANSACTIONS = 200;

/** Both by turns on one filesystem. Ours adds to the insert: hash, indexes, the table of transactions and its packages. */
export async function journalAppend(): Promise<readonly Figure[]> {
  using filesystem = emptyFilesystem();
  const journal = new JournalStore({
    ...{ path: join(filesystem.path, 'journal.db'), migrations: resolve('migrations'), nativeBinding: null },
  });
  using raw = new RawJournal(join(filesystem.path, 'raw.db'));
  const events = sampleTransaction();
  const ours: number[] = [];
  const bare: number[] = [];
  for (let count = 0; count < TRANSACTIONS; count += 1) {
    const transaction = newTransactionId();
    for (const { event, history } of events) {
      let row: EventRow | null = null;
      ours.push(
        timed(() => {
          row = journal.append({ ...event, transaction }, ({ seq }) => ({ ...history, id: transaction, lastSeq: seq }));
        }),
      );
      const stored = storedEvent(row);
      bare.push(timed(() => raw.insert(stored)));
    }
  }
  journal.close();
  return [
    figure({ name: 'journal append, p50', unit: 'ms', samples: ours }),
    figure({ name: 'bare insert, p50', unit: 'ms', samples: bare }),
    figure({ name: 'journal append / bare insert', unit: 'ratio', samples: medianRatios(ours, bare), target: 3 }),
  ];
}

/** One ratio of medians for each tenth of the run: single appends vary with every sync of the disk. */
function medianRatios(ours: readonly number[], theirs: readonly number[]): readonly number[] {
  const size = Math.ceil(ours.length / 10);
  return Array.from({ length: 10 }, (_, part) => {
    const [from, to] = [part * size, (part + 1) * size];
    return median(ours.slice(from, to)) / median(theirs.slice(from, to));
  });
}

function storedEvent(row: EventRow | null): StoredEvent {
  if (row === null) throw new Error('nothing was appended');
  return {
    ...{ seq: row.seq, transaction_id: row.transaction, type: row.type, schema_version: row.schemaVersion },
    ...{ machine_version: row.machineVersion, payload: JSON.stringify(row.payload), state: row.state, uid: row.uid },
    ...{ pid: row.pid, client: row.client, authorization: row.authorization, boot_id: row.bootId },
    ...{ wall_time_ms: row.wallTimeMs, previous_hash: row.previousHash, hash: row.hash },
  };
}

function timed(act: () => void): number {
  const startedAtMs = performance.now();
  act();
  return performance.now() - startedAtMs;
}
