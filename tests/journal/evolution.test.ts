// What newer programs may do to a journal that this one works on after a rollback, and what it does about tables that are
// derived from its events.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { JOURNAL_ITSELF } from '../../src/journal/anchor.js';
import { rowHash } from '../../src/journal/hash.js';
import type { HistoryRow } from '../../src/journal/rows.js';
import { EVENT_COLUMNS } from '../../src/journal/stored-event.js';
import { live, submission } from '../actors/engine-fixture.js';
import { World } from '../actors/fake-executor.js';
import { eventFor, historyFor, idOf, journalPath, openJournal } from './journal-fixture.js';

/** All that a newer minor may do, as docs/journal.md lists it. */
const OF_TOMORROW = `
  ALTER TABLE event ADD COLUMN host TEXT;
  ALTER TABLE history ADD COLUMN note TEXT;
  CREATE TABLE history_file (path TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (path, id)) STRICT, WITHOUT ROWID;
  CREATE INDEX event_by_type ON event (type, seq);
  CREATE VIEW latest AS SELECT * FROM history ORDER BY first_seq DESC;
  INSERT INTO migration VALUES ('0099-of-tomorrow.sql', 'f00');
  PRAGMA user_version = 1099;
`;

test('a journal of a newer minor is worked on as any: crash, recovery, history, prune', async (t) => {
  const path = journalPath(t);
  const world = new World();
  const dies = { call: 5, moment: 'after', who: 'daemon' } as const;
  const one = live({ path, world, fates: [dies] });
  const { id } = one.engine.submit(submission());
  one.engine.start(id);
  await one.killed;
  await one.engine.stop();
  appendUnknownOperation(path);
  const raw = new Database(path);
  raw.exec(OF_TOMORROW);
  appendUnknown(raw);
  raw.close();
  const two = live({ path, world });
  await two.engine.settled();
  assert.equal(two.engine.transaction(id).state, 'Committed');
  assert.equal(two.engine.history({ package: 'htop' }).length, 1);
  const verified = await two.engine.verify();
  assert.deepEqual([verified.ok, verified.history], [true, null]);
  const { caller, authorizations } = submission();
  assert.equal((await two.engine.prune({ keep: 0, keepDays: null, caller, authorizations })).transactions, 2);
  await two.engine.stop();
  const after = new Database(path);
  assert.equal(after.pragma('user_version', { simple: true }), 1099);
  after.close();
});

/** An operation that only the newer program has, and that has ended. */
function appendUnknownOperation(path: string): void {
  const journal = openJournal(path);
  const id = idOf(99);
  const payload = { id, request: { kind: 'of-tomorrow' }, plan: [{ kind: 'tree.bless' }], caller: { uid: 0 } };
  journal.append(eventFor(id, { payload, state: 'committed' }), ({ seq }) =>
    historyFor(id, { kind: 'of-tomorrow' as HistoryRow['kind'], packages: [], firstSeq: seq, lastSeq: seq }),
  );
  journal.close();
}

/** A row of the journal itself, of a type that this program does not know. */
function appendUnknown(database: Database.Database): void {
  const last = database.prepare('SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1').get();
  const { seq, hash: previousHash } = last as { seq: number; hash: string };
  const event = eventFor(JOURNAL_ITSELF, { type: 'MEASURED', machineVersion: 0, payload: {}, state: 'measured' });
  const columns = { ...event, seq: seq + 1, schemaVersion: 2, payloadText: '{}', previousHash };
  const names = EVENT_COLUMNS.join(', ');
  const values = [
    ...[columns.seq, event.transaction, event.type, 2, 0, '{}', event.state, event.uid, event.pid, event.client],
    ...[event.authorization, event.bootId, event.wallTimeMs, previousHash, rowHash(columns), 'host'],
  ];
  database.prepare(`INSERT INTO event (${names}, host) VALUES (${values.map(() => '?').join(', ')})`).run(values);
}

test('history that says something else than the events is found out, and made anew from them', async (t) => {
  const path = journalPath(t);
  const one = live({ path, world: new World(), failing: ['tree.commit'] });
  const { id } = one.engine.submit(submission());
  one.engine.start(id);
  await one.engine.settled();
  await one.engine.stop();
  const raw = new Database(path);
  raw.exec(`UPDATE history SET state = 'Committed'; INSERT INTO history_package VALUES ('evil', '${'e'.repeat(32)}')`);
  raw.close();
  const two = live({ path, world: new World() });
  const { ok, history } = await two.engine.verify();
  assert.equal(ok, true);
  assert.deepEqual(history, {
    wrong: 2,
    first: `transaction ${id}: its state is Committed in the history, and RolledBack by its events`,
    rebuilt: true,
  });
  assert.equal(two.engine.history({})[0]?.state, 'RolledBack');
  assert.equal((await two.engine.verify()).history, null);
  await two.engine.stop();
});

test('history that is lost is made anew at the start, before it is asked which transactions are open', async (t) => {
  const path = journalPath(t);
  const world = new World();
  const one = live({ path, world, fates: [{ call: 4, moment: 'before', who: 'daemon' }] });
  const { id } = one.engine.submit(submission());
  one.engine.start(id);
  await one.killed;
  await one.engine.stop();
  const raw = new Database(path);
  raw.exec('DELETE FROM history; DELETE FROM history_package');
  raw.close();
  const two = live({ path, world });
  await two.engine.settled();
  assert.equal(two.engine.transaction(id).state, 'Committed');
  assert.equal((await two.engine.verify()).history, null);
  await two.engine.stop();
});

test('a newer major whose tables are others is told as that, not as a damage', (t) => {
  const path = journalPath(t);
  openJournal(path).close();
  const raw = new Database(path);
  raw.exec('DROP TABLE history; PRAGMA user_version = 2000');
  raw.close();
  assert.throws(() => openJournal(path), { code: 'journal-newer', message: /boot the newer deployment/ });
});
