// Journals written by each released format, replayed by the code of today: every row must lead to the state it names, and
// the work in them goes on. `format-1.jsonl` has rows of real operations: an install, an install whose daemon was killed, and
// a rollback. The others tell a story each, see stories.ts.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { DurableActor } from '../../src/actors/durable-actor.js';
import { JOURNAL_ITSELF } from '../../src/journal/anchor.js';
import { GENESIS, rowHash } from '../../src/journal/hash.js';
import { eventOf, type StoredEvent } from '../../src/journal/stored-event.js';
import { parseRequest } from '../../src/model/request.js';
import { live, submission } from '../actors/engine-fixture.js';
import { World } from '../actors/fake-executor.js';
import { formats, goldenFile, restore, storiesOf } from './golden-file.js';
import { journalPath, openJournal } from './journal-fixture.js';

const REAL = readFileSync(resolve('tests/journal/golden/format-1.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as StoredEvent);

test('format-1.jsonl: the chain is unbroken', () => {
  const heads = [GENESIS, ...REAL.map(({ hash }) => hash)];
  for (const [position, row] of REAL.entries()) {
    assert.equal(row.previous_hash, heads[position], `row ${row.seq}`);
    assert.equal(rowHash({ ...eventOf(row), payloadText: row.payload }), row.hash, `row ${row.seq}`);
  }
});

test('format-1.jsonl: each transaction folds to the state its last row names, from a request that is still understood', () => {
  const rows = REAL.map(eventOf);
  for (const id of new Set(rows.map(({ transaction }) => transaction))) {
    const own = rows.filter(({ transaction }) => transaction === id);
    const actor = DurableActor.resume(own, { journal, bootId: 'now', now: () => 0, onEvent: () => undefined });
    assert.equal(actor.view().state, own.at(-1)?.state === 'rolledBack' ? 'RolledBack' : 'Committed');
    assert.deepEqual(parseRequest(actor.opening.request), actor.opening.request);
  }
});

const journal = {
  append: () => {
    throw new Error('a replay writes nothing');
  },
};

test('every migration has its golden journals', () => {
  const missing = formats().flatMap((format) =>
    storiesOf(format).filter((story) => !existsSync(goldenFile(format, story))),
  );
  assert.deepEqual(missing, [], 'build/tests/journal/write-golden.js writes those of the newest format');
});

/** What a story's transactions are after the start of today's daemon, on a machine that was rebooted meanwhile. */
const AFTERWARDS: Readonly<Record<string, readonly string[]>> = {
  ended: ['Committed', 'RolledBack', 'Failed', 'Committed', 'Cancelled', 'Committed booted-it'],
  performing: ['Committed'],
  // the sysroot of the test runs no machine: what is staged there is not known to be lost
  staged: ['Committed pending'],
  'undo-failed': ['RolledBack'],
  pruned: ['Committed', 'Committed'],
};

for (const format of formats())
  for (const story of storiesOf(format))
    test(`${format}, ${story}: it verifies, its work goes on, and more is added`, async (t) => {
      const path = journalPath(t);
      restore(format, story, path);
      const before = openJournal(path);
      const { ok, anchor } = before.verify();
      assert.deepEqual([ok, anchor > 0], [true, story === 'pruned']);
      for (const { transaction } of before.events({ limit: 1000 }))
        if (transaction !== JOURNAL_ITSELF) DurableActor.historyOf(before.eventsOf(transaction));
      before.close();
      const { engine } = live({ path, world: new World(), bootId: 'boot-3' });
      await engine.settled();
      const { id } = engine.submit(submission({ kind: 'refresh-md' }));
      engine.start(id);
      await engine.settled();
      const told = engine
        .history({})
        .map(({ state, booted }) => [state, booted].filter((word) => word !== null).join(' '));
      assert.deepEqual(told.reverse(), [...(AFTERWARDS[story] ?? []), 'Committed']);
      const after = await engine.verify();
      assert.deepEqual([after.ok, after.history], [true, null]);
      await engine.stop();
    });
