// A journal of many one-row transactions, written without waiting for the disk.

import Database from 'better-sqlite3';
import { GENESIS, rowHash } from '../../src/journal/hash.js';
import { HistoryTable } from '../../src/journal/history.js';
import { EVENT_COLUMNS } from '../../src/journal/stored-event.js';
import { eventFor, historyFor, idOf, openJournal } from './journal-fixture.js';

export function writeManyRows(path: string, count: number): void {
  openJournal(path).close();
  const database = new Database(path);
  const history = new HistoryTable(database);
  const insert = database.prepare(
    `INSERT INTO event (${EVENT_COLUMNS.join(', ')}) VALUES (${EVENT_COLUMNS.map(() => '?').join(', ')})`,
  );
  let previousHash = GENESIS;
  database.transaction(() => {
    for (let seq = 1; seq <= count; seq += 1) {
      const id = idOf(seq);
      const event = eventFor(id, { payload: { text: 'x'.repeat(2000) } });
      const columns = { ...event, seq, schemaVersion: 1, payloadText: JSON.stringify(event.payload), previousHash };
      const hash = rowHash(columns);
      insert.run(
        ...[seq, id, event.type, 1, event.machineVersion, columns.payloadText, event.state, event.uid, event.pid],
        ...[event.client, event.authorization, event.bootId, event.wallTimeMs, previousHash, hash],
      );
      history.put(historyFor(id, { firstSeq: seq, lastSeq: seq }));
      previousHash = hash;
    }
  })();
  database.close();
}
