import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { JournalStore } from '../../src/journal/store.js';
import { eventFor, historyFor, idOf, journalPath, openJournal } from './journal-fixture.js';

test('rows are numbered without gaps, chained, and read back as written', (t) => {
  const journal = openJournal(journalPath(t));
  const first = journal.append(eventFor(idOf(1)), () => historyFor(idOf(1)));
  const second = journal.append(eventFor(idOf(2), { type: 'START' }), () => historyFor(idOf(2)));
  assert.deepEqual([first.seq, second.seq], [1, 2]);
  assert.equal(first.previousHash, '0'.repeat(64));
  assert.equal(second.previousHash, first.hash);
  assert.deepEqual(journal.eventsOf(idOf(1)), [first]);
  assert.deepEqual(journal.verify(), { ok: true, rows: 2, anchor: 0, head: second.hash, firstBad: null });
  journal.close();
});

test('a reopened journal is written with full synchronisation and goes on with the chain', (t) => {
  const path = journalPath(t);
  openJournal(path).close();
  const journal = openJournal(path);
  const row = journal.append(eventFor(idOf(1)), () => historyFor(idOf(1)));
  assert.equal(row.seq, 1);
  journal.close();
  const again = openJournal(path);
  assert.equal(again.append(eventFor(idOf(1)), () => historyFor(idOf(1))).previousHash, row.hash);
  again.close();
});

test('rows cannot be changed or removed by ordinary SQL', (t) => {
  const path = journalPath(t);
  const journal = openJournal(path);
  journal.append(eventFor(idOf(1)), () => historyFor(idOf(1)));
  journal.close();
  const raw = new Database(path);
  assert.throws(() => raw.exec("UPDATE event SET type = 'X'"), /never changed/);
  assert.throws(() => raw.exec('DELETE FROM event'), /never removed/);
  raw.close();
});

const TAMPERINGS = [
  {
    title: 'a changed payload',
    sql: `UPDATE event SET payload = '{"hello":1}' WHERE seq = 2`,
    seq: 2,
    says: /content was changed/,
  },
  { title: 'a removed row', sql: 'DELETE FROM event WHERE seq = 2', seq: 3, says: /row 2 is missing/ },
  {
    title: 'a changed time',
    sql: 'UPDATE event SET wall_time_ms = 5 WHERE seq = 1',
    seq: 1,
    says: /content was changed/,
  },
  {
    title: 'a forged hash',
    sql: `UPDATE event SET hash = '${'e'.repeat(64)}' WHERE seq = 1`,
    seq: 1,
    says: /content was changed/,
  },
] as const;

for (const { title, sql, seq, says } of TAMPERINGS) {
  test(`verify names the first bad row after ${title}`, (t) => {
    const path = journalPath(t);
    const journal = openJournal(path);
    for (const number of [1, 2, 3]) journal.append(eventFor(idOf(number)), () => historyFor(idOf(number)));
    journal.close();
    const raw = new Database(path);
    raw.exec(`DROP TRIGGER event_is_never_changed; DROP TRIGGER event_is_never_removed; ${sql}`);
    raw.close();
    const result = openJournal(path).verify();
    assert.equal(result.ok, false);
    assert.equal(result.firstBad?.seq, seq);
    assert.match(result.firstBad?.reason ?? '', says);
  });
}

test('a journal of a newer major version is only read, and says why', (t) => {
  const path = journalPath(t);
  const journal = openJournal(path);
  journal.append(eventFor(idOf(1)), () => historyFor(idOf(1)));
  journal.close();
  const raw = new Database(path);
  raw.pragma('user_version = 2000');
  raw.close();
  const newer = openJournal(path);
  assert.match(newer.readOnly?.message ?? '', /newer apt-ostree \(format 2, this one knows 1\)/);
  assert.equal(newer.eventsOf(idOf(1)).length, 1);
  assert.throws(() => newer.append(eventFor(idOf(2)), () => historyFor(idOf(2))), { code: 'journal-newer' });
  newer.close();
});

test('a journal of a newer minor version is read and written, and keeps its number', (t) => {
  const path = journalPath(t);
  openJournal(path).close();
  const raw = new Database(path);
  raw.exec('ALTER TABLE history ADD COLUMN later TEXT');
  raw.pragma('user_version = 1099');
  raw.close();
  const journal = openJournal(path);
  journal.append(eventFor(idOf(1)), () => historyFor(idOf(1)));
  journal.close();
  const after = new Database(path);
  assert.equal(after.pragma('user_version', { simple: true }), 1099);
  after.close();
});

test('another program’s file is refused and left as it is', (t) => {
  const path = journalPath(t);
  writeFileSync(path, 'this is no database, just some text that is longer than a header');
  assert.throws(() => openJournal(path), {
    code: 'journal-broken',
    message: /^cannot open the journal .*; move it away/,
  });
});

test('an edited migration is noticed', (t) => {
  const path = journalPath(t);
  openJournal(path).close();
  const migrations = mkdtempSync(join(tmpdir(), 'apt-ostree-migrations-'));
  writeFileSync(join(migrations, '0001-journal.sql'), 'CREATE TABLE x (y) STRICT;');
  assert.throws(() => new JournalStore({ path, migrations, nativeBinding: null }), {
    code: 'journal-broken',
    message: /0001-journal.sql is not the one applied/,
  });
});

test('audit questions: by package, uid, kind, outcome and time', (t) => {
  const journal = openJournal(journalPath(t));
  const rows = [
    historyFor(idOf(1), { openedAtMs: 10, packages: ['htop'] }),
    historyFor(idOf(2), {
      openedAtMs: 20,
      packages: ['vim', 'vim-common'],
      uid: 0,
      state: 'RolledBack',
      failure: 'no',
    }),
    historyFor(idOf(3), { openedAtMs: 30, packages: [], kind: 'rollback', title: 'rollback' }),
  ];
  for (const row of rows) journal.append(eventFor(row.id, { wallTimeMs: row.openedAtMs }), () => row);
  const ids = (filter: Parameters<typeof journal.history>[0]) => journal.history(filter).map(({ id }) => id);
  assert.deepEqual(ids({}), [idOf(3), idOf(2), idOf(1)]);
  assert.deepEqual(ids({ package: 'vim-common' }), [idOf(2)]);
  assert.deepEqual(ids({ uid: 0 }), [idOf(2)]);
  assert.deepEqual(ids({ kind: 'rollback' }), [idOf(3)]);
  assert.deepEqual(ids({ outcome: 'rolledback' }), [idOf(2)]);
  assert.deepEqual(ids({ sinceMs: 20 }), [idOf(3), idOf(2)]);
  assert.deepEqual(ids({ untilMs: 20, limit: 1 }), [idOf(2)]);
  assert.deepEqual(
    journal.events({ package: 'htop' }).map(({ transaction }) => transaction),
    [idOf(1)],
  );
  assert.deepEqual(
    journal.events({ afterSeq: 1, newestFirst: true }).map(({ seq }) => seq),
    [3, 2],
  );
  journal.close();
});
