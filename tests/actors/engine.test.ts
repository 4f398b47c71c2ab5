import assert from 'node:assert/strict';
import { test } from 'node:test';
import { journalPath } from '../journal/journal-fixture.js';
import { live, submission } from './engine-fixture.js';
import { World } from './fake-executor.js';

test('the same request joins, another is refused and told what runs', async (t) => {
  const { engine } = live({ path: journalPath(t), world: new World() });
  const first = engine.submit(submission());
  assert.deepEqual(engine.submit(submission()), { id: first.id, joined: true });
  assert.throws(() => engine.submit(submission({ kind: 'rollback' })), {
    code: 'transaction-active',
    message: new RegExp(`transaction in progress: install htop \\(${first.id}, uid 0\\)`),
  });
  engine.start(first.id);
  await engine.settled();
  assert.equal(engine.start(first.id), false);
  assert.equal(engine.submit(submission()).joined, false);
  await engine.stop();
});

test('an unknown stateroot is refused before anything is written', async (t) => {
  const { engine } = live({ path: journalPath(t), world: new World() });
  assert.throws(() => engine.submit(submission({ kind: 'rollback', stateroot: 'other' })), {
    code: 'no-such-stateroot',
  });
  assert.deepEqual(engine.events({}), []);
  await engine.stop();
});

test('a transaction that is never started is dropped, also by a restart', async (t) => {
  const path = journalPath(t);
  const world = new World();
  const one = live({ path, world });
  const dropped = one.engine.submit(submission());
  one.engine.drop(dropped.id, 'its creator left the bus');
  assert.equal(one.engine.transaction(dropped.id).state, 'Cancelled');
  const waiting = one.engine.submit(submission());
  await one.engine.stop();
  const two = live({ path, world });
  assert.equal(two.engine.transaction(waiting.id).state, 'Cancelled');
  assert.deepEqual(world.log, []);
  await two.engine.stop();
});

test('a cancel before the start ends it; one after the end is refused in words', async (t) => {
  const { engine } = live({ path: journalPath(t), world: new World() });
  const { id } = engine.submit(submission());
  engine.cancel(id, null, 'cancelled by uid 0');
  assert.equal(engine.transaction(id).state, 'Cancelled');
  assert.throws(() => engine.cancel(id, null, 'again'), {
    code: 'wrong-state',
    message: 'cannot cancel: install htop has ended',
  });
  await engine.stop();
});

test('an undo that fails breaks the engine: reads go on, changes are refused, a restart tries again', async (t) => {
  const path = journalPath(t);
  const world = new World();
  const deaths = [5, 6, 7].map((call) => ({ call, moment: 'before', who: 'executor' }) as const);
  const one = live({ path, world, failing: ['tree.assemble'], fates: deaths });
  const { id } = one.engine.submit(submission());
  one.engine.start(id);
  await one.engine.settled();
  assert.equal(one.engine.snapshot().state, 'broken');
  assert.match(one.engine.snapshot().broken ?? '', /half undone.*restart apt-ostreed/);
  assert.throws(() => one.engine.submit(submission({ kind: 'rollback' })), { code: 'journal-broken' });
  assert.equal(one.engine.history({}).length, 1);
  await one.engine.stop();
  const two = live({ path, world });
  await two.engine.settled();
  assert.equal(two.engine.snapshot().state, 'ready');
  assert.equal(two.engine.transaction(id).state, 'RolledBack');
  assert.deepEqual([...world.present], []);
  await two.engine.stop();
});

test('history rows tell who asked for what and how it ended', async (t) => {
  const { engine } = live({ path: journalPath(t), world: new World(), failing: ['tree.commit'] });
  const { id } = engine.submit(submission({ kind: 'install', add: ['htop', 'vim'] }, 1000));
  engine.start(id);
  await engine.settled();
  const [row] = engine.history({ package: 'vim' });
  assert.equal(row?.state, 'RolledBack');
  assert.equal(row?.uid, 1000);
  assert.equal(row?.failure, 'cannot, by order');
  assert.ok(row?.endedAtMs !== null);
  assert.deepEqual(
    engine.events({ transaction: id }).map(({ type, state }) => `${type} ${state}`),
    [
      'OPENED created',
      'START performing:0',
      'STEP_DONE performing:1',
      'STEP_DONE performing:2',
      'STEP_DONE performing:3',
      'STEP_DONE performing:4',
      'STEP_DONE performing:5',
      'STEP_FAILED undoing:5',
      'UNDO_DONE undoing:4',
      'UNDO_DONE undoing:3',
      'UNDO_DONE rolledBack',
    ],
  );
  await engine.stop();
});
