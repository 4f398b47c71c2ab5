import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { PruneOrder } from '../../src/actors/journal-keeper.js';
import type { Pruned } from '../../src/journal/anchor.js';
import type { TransactionId } from '../../src/model/transaction.js';
import { type Life, live, submission } from '../actors/engine-fixture.js';
import { World } from '../actors/fake-executor.js';
import { sampleDeployment } from '../dbus/memory-engine.js';
import { eventFor, historyFor, idOf, journalPath, openJournal } from './journal-fixture.js';
import { writeManyRows } from './many-rows.js';

const ROWS_OF_INSTALL = 9;

async function install({ engine }: Life): Promise<TransactionId> {
  const { id } = engine.submit(submission());
  engine.start(id);
  await engine.settled();
  return id;
}

async function installs(life: Life, count: number): Promise<readonly TransactionId[]> {
  const ids: TransactionId[] = [];
  for (let done = 0; done < count; done += 1) ids.push(await install(life));
  return ids;
}

function order(of: Partial<PruneOrder>): PruneOrder {
  const { caller, authorizations } = submission();
  return { keep: null, keepDays: null, caller: { ...caller, uid: 4711 }, authorizations, ...of };
}

function life(t: TestContext, parts: Partial<Parameters<typeof live>[0]> = {}): Life & { readonly path: string } {
  const path = parts.path ?? journalPath(t);
  return { ...live({ world: new World(), ...parts, path }), path };
}

test('a prune takes the oldest transactions and leaves a row that proves it', async (t) => {
  const one = life(t);
  const [first, , third] = await installs(one, 3);
  const head = one.engine.events({ afterSeq: 2 * ROWS_OF_INSTALL - 1, limit: 1 })[0];
  const result = await one.engine.prune(order({ keep: 1 }));
  assert.deepEqual(result, { rows: 2 * ROWS_OF_INSTALL, transactions: 2, first: 2 * ROWS_OF_INSTALL + 1 });
  assert.deepEqual(
    one.engine.history({}).map(({ id }) => id),
    [third],
  );
  assert.deepEqual(one.engine.events({ transaction: first ?? '' }), []);
  const row = one.engine.events({ newestFirst: true, limit: 1 })[0];
  assert.deepEqual([row?.type, row?.uid, row?.client, row?.state], ['PRUNED', 4711, 'test', 'pruned']);
  assert.match(row?.authorization ?? '', /=root$/);
  const { seq, hash, rows, transactions } = (row?.payload ?? {}) as Pruned;
  assert.deepEqual([seq, hash, rows, transactions], [head?.seq, head?.hash, 18, 2]);
  await one.engine.stop();
  // and all goes on from there, over a restart and another prune
  const two = life(t, { path: one.path });
  await install(two);
  const verified = await two.engine.verify();
  assert.deepEqual([verified.ok, verified.anchor, verified.rows], [true, 18, 2 * ROWS_OF_INSTALL + 1]);
  await two.engine.prune(order({ keep: 0 }));
  const last = await two.engine.verify();
  assert.deepEqual([last.ok, last.rows, last.history], [true, 1, null]);
  assert.deepEqual(await two.engine.prune(order({ keep: 0 })), { rows: 0, transactions: 0, first: 38 });
  await two.engine.stop();
});

test('what a deployment names, what is open and what is young stays, and all behind it', async (t) => {
  const path = journalPath(t);
  const one = life(t, { path });
  const [, second] = await installs(one, 3);
  assert.equal((await one.engine.prune(order({ keep: 0, keepDays: 1 }))).rows, 0, 'all of it is of today');
  const waiting = one.engine.submit(submission());
  await assert.rejects(one.engine.prune(order({ keep: 0 })), { code: 'transaction-active' });
  one.engine.cancel(waiting.id, null, 'enough');
  await one.engine.stop();
  const origin = `[origin]\nrefspec=a\n\n[apt-ostree]\ntransaction=${second}\n`;
  const two = life(t, { path, deployments: [{ ...sampleDeployment({ serial: 0 }), origin }] });
  assert.equal((await two.engine.prune(order({ keep: 0 }))).first, ROWS_OF_INSTALL + 1);
  assert.ok(two.engine.history({}).some(({ id }) => id === second));
  await two.engine.stop();
});

test('a transaction stays whole: one whose boot was told late keeps what came between', (t) => {
  const journal = openJournal(journalPath(t));
  const put = (number: number, type: string) => {
    const id = idOf(number);
    const firstSeq = journal.historyOf(id)?.firstSeq;
    journal.append(eventFor(id, { type }), ({ seq }) => historyFor(id, { firstSeq: firstSeq ?? seq, lastSeq: seq }));
  };
  for (const [number, type] of [
    [1, 'OPENED'],
    [2, 'OPENED'],
    [3, 'OPENED'],
    [2, 'BOOTED'],
    [4, 'OPENED'],
  ] as const)
    put(number, type);
  assert.equal(journal.prunable({ keep: 2, sinceMs: null, needed: [] })?.seq, 1);
  assert.equal(journal.prunable({ keep: 1, sinceMs: null, needed: [] })?.seq, 4);
  assert.equal(journal.prunable({ keep: 0, sinceMs: null, needed: [idOf(1)] }), null);
  journal.close();
});

test('rows that no prune names cannot be removed, those that one names cannot be put back', async (t) => {
  const one = life(t);
  await installs(one, 2);
  const [row] = one.engine.events({ limit: 1 });
  await one.engine.prune(order({ keep: 1 }));
  await one.engine.stop();
  const raw = new Database(one.path);
  assert.throws(() => raw.exec('DELETE FROM event WHERE seq = 12'), /never removed/);
  assert.throws(() => raw.exec('DELETE FROM event'), /never removed/);
  raw.exec(`INSERT INTO event SELECT 3, transaction_id, type, schema_version, machine_version, payload, state, uid, pid,
    client, authorization, boot_id, wall_time_ms, previous_hash, hash FROM event WHERE seq = 12`);
  raw.close();
  const journal = openJournal(one.path);
  assert.deepEqual(journal.verify().firstBad?.seq, 3);
  assert.ok(row !== undefined);
  journal.close();
});

test('nothing is taken out of a journal that does not verify', async (t) => {
  const one = life(t);
  await installs(one, 2);
  await one.engine.stop();
  const raw = new Database(one.path);
  raw.exec('DROP TRIGGER event_is_never_changed; UPDATE event SET uid = 5 WHERE seq = 3');
  raw.close();
  const two = life(t, { path: one.path });
  await assert.rejects(two.engine.prune(order({ keep: 0 })), {
    code: 'journal-broken',
    message: /^cannot prune: the journal does not verify \(row 3: its content was changed\)/,
  });
  assert.equal(two.engine.history({}).length, 2);
  await two.engine.stop();
});

test('its space is given back', (t) => {
  const path = journalPath(t);
  writeManyRows(path, 400);
  const before = statSync(path).size;
  const journal = openJournal(path);
  pruneAll(journal);
  journal.shrink();
  journal.close();
  assert.ok(statSync(path).size < before / 2, `${statSync(path).size} of ${before}`);
});

test('killed anywhere in a prune it is done or not begun, and the chain holds', async (t) => {
  const path = journalPath(t);
  writeManyRows(path, 3000);
  const undisturbedMs = await killed(path, null);
  const outcomes = new Map<number, number>();
  for (let part = 0; part < PARTS; part += 1) {
    const copy = join(path, '..', `copy-${part}.db`);
    copyFileSync(path, copy);
    await killed(copy, (undisturbedMs * part) / (PARTS - 1));
    const journal = openJournal(copy);
    const { ok, rows, firstBad } = journal.verify();
    assert.deepEqual([ok, firstBad], [true, null], `killed at ${part} of ${PARTS}`);
    outcomes.set(rows, (outcomes.get(rows) ?? 0) + 1);
    journal.close();
  }
  // all rows, or the one that is left with the row that says so
  for (const rows of outcomes.keys()) assert.ok(rows === 3000 || rows === 2, String(rows));
  t.diagnostic([...outcomes].map(([rows, times]) => `${rows} rows: ${times} times`).join(', '));
});

const PARTS = 12;

/** Prunes in a process that is killed so long after it began; null: when it is done, on a copy. Returns how long it lived. */
async function killed(path: string, afterMs: number | null): Promise<number> {
  const file = afterMs === null ? `${path}.whole` : path;
  if (afterMs === null) copyFileSync(path, file);
  const victim = fileURLToPath(new URL('./prune-victim.js', import.meta.url));
  const child = spawn(process.execPath, [victim, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const begunMs = performance.now();
  await (afterMs === null ? once(child.stdout, 'data') : sleep(afterMs));
  const livedMs = performance.now() - begunMs;
  child.kill('SIGKILL');
  await once(child, 'exit');
  return livedMs;
}

function pruneAll(journal: ReturnType<typeof openJournal>): void {
  const found = journal.prunable({ keep: 1, sinceMs: null, needed: [] });
  assert.ok(found !== null);
  journal.prune(eventFor(idOf(0), { type: 'PRUNED', payload: { ...found, commandLine: null } }), found);
}
