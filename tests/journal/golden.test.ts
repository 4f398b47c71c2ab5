// Journals written by released formats, replayed by the code of today: every row must lead to the state it names.
// format-1.jsonl: rows of the `event` table after an install, an install whose daemon was killed, and a rollback.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { DurableActor } from '../../src/actors/durable-actor.js';
import { GENESIS, rowHash } from '../../src/journal/hash.js';
import { eventOf, type StoredEvent } from '../../src/journal/stored-event.js';
import { parseRequest } from '../../src/model/request.js';

const GOLDEN = resolve('tests/journal/golden');

for (const file of readdirSync(GOLDEN)) {
  const stored = readFileSync(join(GOLDEN, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StoredEvent);

  test(`${file}: the chain is unbroken`, () => {
    const heads = [GENESIS, ...stored.map(({ hash }) => hash)];
    for (const [position, row] of stored.entries()) {
      assert.equal(row.previous_hash, heads[position], `row ${row.seq}`);
      const { transaction, schemaVersion, machineVersion, ...rest } = eventOf(row);
      const columns = { ...rest, transaction, schemaVersion, machineVersion, payloadText: row.payload };
      assert.equal(rowHash(columns), row.hash, `row ${row.seq}`);
    }
  });

  test(`${file}: each transaction folds to the state its last row names, from a request that is still understood`, () => {
    const rows = stored.map(eventOf);
    for (const id of new Set(rows.map(({ transaction }) => transaction))) {
      const own = rows.filter(({ transaction }) => transaction === id);
      const actor = DurableActor.resume(own, { journal, bootId: 'now', now: () => 0, onEvent: () => undefined });
      assert.equal(actor.view().state, own.at(-1)?.state === 'rolledBack' ? 'RolledBack' : 'Committed');
      assert.deepEqual(parseRequest(actor.opening.request), actor.opening.request);
    }
  });
}

const journal = {
  append: () => {
    throw new Error('a replay writes nothing');
  },
};
