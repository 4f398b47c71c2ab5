// A journal that was damaged, or edited by somebody who knows it: told as broken, never the end of the daemon.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { projectEngine } from '../../src/dbus/projection.js';
import { failureOf } from '../../src/model/errors.js';
import { live, submission } from '../actors/engine-fixture.js';
import { World } from '../actors/fake-executor.js';
import { anyJson, assertRefusal, nastyText, refusedOrRead, runs } from '../hostile/fuzz.js';
import { idOf, journalPath, openJournal } from './journal-fixture.js';

const TRIGGERS =
  'PRAGMA ignore_check_constraints = ON; DROP TRIGGER event_is_never_changed; DROP TRIGGER event_is_never_removed;';
const AROUND = { addressOf: () => '', percentOf: () => 0 };

/** A journal with transactions that ended, and one in the middle of a step. */
async function writtenJournal(t: TestContext): Promise<string> {
  const path = journalPath(t);
  for (const failing of [[], ['tree.commit' as const], ['tree.finish' as const]]) {
    const { engine } = live({ path, world: new World(), failing });
    engine.start(engine.submit(submission()).id);
    await engine.settled();
    await engine.stop();
  }
  const { engine, killed } = live({ path, world: new World(), fates: [{ call: 3, moment: 'before', who: 'daemon' }] });
  engine.start(engine.submit(submission()).id);
  await killed;
  await engine.stop();
  return path;
}

/** A value for any column of `event`, of the column's type: SQLite's STRICT refuses others. */
const edits = fc.oneof(
  fc.record({
    column: fc.constantFrom('type', 'state', 'payload', 'client', 'authorization', 'boot_id', 'hash', 'transaction_id'),
    value: fc.oneof(
      nastyText,
      fc.constantFrom(
        'OPENED',
        'START',
        'STEP_DONE',
        'performing:9',
        'committed',
        'null',
        '[]',
        '{}',
        '{"index":1e99}',
        '"',
      ),
    ),
  }),
  fc.record({ column: fc.constantFrom('payload'), value: anyJson.map((each) => JSON.stringify(each)) }),
  fc.record({
    column: fc.constantFrom('schema_version', 'machine_version', 'uid', 'pid', 'wall_time_ms'),
    value: fc.integer({ min: -5, max: 2 ** 31 }),
  }),
);

describe('a journal whose rows were edited', () => {
  it('never ends the daemon: it goes on, or says which row is wrong', async (t) => {
    const original = await writtenJournal(t);
    let [broken, copies] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(), edits), { minLength: 1, maxLength: 4 }), async (changes) => {
        copies += 1;
        const path = `${original}.${copies}`;
        copyFileSync(original, path);
        edit(path, changes);
        const { engine } = live({ path, world: new World() });
        const snapshot = engine.snapshot();
        // what a client is shown must not depend on what a row says
        assert.ok(projectEngine(snapshot, AROUND).size > 0);
        if (snapshot.state === 'broken') {
          broken += 1;
          assert.ok(snapshot.broken !== null && !/internal error/.test(snapshot.broken), String(snapshot.broken));
          assertRefusal(caught(() => engine.submit(submission())));
        }
        const { firstBad } = await engine.verify();
        assert.ok(firstBad !== null);
        refusedOrRead(() => engine.events({ limit: 1000 }));
        refusedOrRead(() => engine.history({}));
        for (const number of [1, 2, 3, 4]) refusedOrRead(() => engine.transaction(idOf(number)));
        await engine.stop();
      }),
      runs(120),
    );
    assert.ok(broken > 0);
  });
});

describe('a journal whose file was damaged', () => {
  it('is opened and told as broken, or refused', async (t) => {
    const original = await writtenJournal(t);
    const bytes = readFileSync(original);
    let copies = 0;
    const change = fc.record({
      at: fc.nat({ max: bytes.length - 1 }),
      with: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.option(fc.nat({ max: bytes.length })),
        (changes, cut) => {
          // a place of its own: what one that could not be closed has mapped must not shrink under it
          const path = `${original}.${++copies}`;
          const damaged = Buffer.from(bytes);
          for (const { at, with: piece } of changes) damaged.set(piece.subarray(0, damaged.length - at), at);
          writeFileSync(path, cut === null ? damaged : damaged.subarray(0, cut));
          for (const end of ['-wal', '-shm']) writeFileSync(path + end, '');
          const journal = refusedOrRead(() => openJournal(path));
          if (journal === null) return;
          refusedOrRead(() => journal.verify());
          refusedOrRead(() => journal.events({ limit: 1000 }));
          refusedOrRead(() => journal.openTransactions());
          try {
            journal.close();
          } catch (error) {
            assert.match(failureOf(error).message, /malformed|corrupt|not a database|disk image/);
          }
        },
      ),
      runs(150),
    );
  });
});

function edit(
  path: string,
  changes: readonly (readonly [number, { readonly column: string; readonly value: string | number }])[],
): void {
  const raw = new Database(path);
  raw.exec(TRIGGERS);
  const { rows } = raw.prepare('SELECT count(*) AS rows FROM event').get() as { rows: number };
  for (const [number, { column, value }] of changes) {
    const seq = (number % rows) + 1;
    const before = raw.prepare(`SELECT ${column} AS value FROM event WHERE seq = ?`).get(seq) as { value: unknown };
    const given = typeof value === 'string' ? value.replaceAll('\0', '') : value;
    const other = typeof given === 'string' ? `${given}0` : given + 1;
    raw.prepare(`UPDATE event SET ${column} = ? WHERE seq = ?`).run(before.value === given ? other : given, seq);
  }
  raw.close();
}

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}
