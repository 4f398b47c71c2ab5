// A staged deployment that went with the power: the engine of the next boot stages it again, once, and says so.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Deployment } from '../../src/model/deployment.js';
import type { TransactionId } from '../../src/model/transaction.js';
import { deployments } from '../executor/sample-deployments.js';
import { journalPath } from '../journal/journal-fixture.js';
import { type LifeOptions, live, submission } from './engine-fixture.js';
import { World } from './fake-executor.js';

/** What the disk has of its own: the second of those that are there while one is staged. */
const BOOTED = deployments('new+ booted*').slice(1);

/** A machine whose boots are lives of the engine over one journal. */
class Machine {
  readonly world = new World();
  readonly path: string;
  present: readonly Deployment[] = BOOTED;
  boot = 1;
  id: TransactionId | null = null;

  constructor(t: TestContext) {
    this.path = journalPath(t);
  }

  async stage(request: object = { kind: 'install', add: ['htop'] }): Promise<void> {
    this.#giveDeployment();
    const { engine } = this.live();
    const { id } = engine.submit(submission(request));
    this.id = id;
    this.present = this.#withStaged(id);
    engine.start(id);
    await engine.settled();
    assert.equal(engine.transaction(id).booted, 'pending');
    await engine.stop();
  }

  /** The power fails: what is staged is gone. */
  crash(): void {
    this.boot += 1;
    this.present = BOOTED;
    this.world.present.delete('deployment.write');
    this.#giveDeployment();
  }

  live(options: Partial<LifeOptions> = {}) {
    return live({
      path: this.path,
      world: this.world,
      bootId: `boot-${this.boot}`,
      deployments: () => this.present,
      ...options,
    });
  }

  /** State, fate, and how often it was written. */
  async story(options: Partial<LifeOptions> = {}): Promise<readonly unknown[]> {
    const { engine } = this.live(options);
    await engine.settled();
    const [row] = engine.history({});
    const writes = this.world.log.filter((each) => each === 'deployment.write').length;
    await engine.stop();
    return [row?.state, row?.booted, writes];
  }

  /** From what the disk has, as the executor's probe would see it. */
  #giveDeployment(): void {
    const [staged] = this.#withStaged('' as TransactionId);
    assert.ok(staged !== undefined);
    const deployment = { id: staged.id, staged: true, bootId: `boot-${this.boot}` };
    this.world.gifts.set('deployment.write', { deployment });
  }

  #withStaged(id: TransactionId): readonly Deployment[] {
    const [staged, booted] = deployments('new+ booted*');
    assert.ok(staged !== undefined && booted !== undefined);
    const origin = `[origin]\nrefspec=a\n\n[apt-ostree]\ntransaction=${id}\n`;
    return [{ ...staged, origin }, booted];
  }

  /** What the executor stages is there from now on. */
  restage(): void {
    assert.ok(this.id !== null);
    this.present = this.#withStaged(this.id);
  }
}

test('what was lost is staged again at the next start, and the journal says so', async (t) => {
  const machine = new Machine(t);
  await machine.stage();
  machine.crash();
  const { engine } = machine.live();
  const [row] = engine.history({});
  assert.deepEqual([row?.state, row?.booted], ['InProgress', 'pending']);
  assert.throws(() => engine.submit(submission({ kind: 'rollback' })), { code: 'transaction-active' });
  machine.restage();
  await engine.settled();
  const types = engine.events({}).map(({ type, state }) => `${type} ${state}`);
  assert.deepEqual(types.slice(-2), ['LOST restaging', 'STEP_DONE staged']);
  assert.equal(engine.transaction(row?.id as TransactionId).state, 'Committed');
  await engine.stop();
  assert.deepEqual(await machine.story(), ['Committed', 'pending', 2]);
});

test('what was lost once more is not staged a third time', async (t) => {
  const machine = new Machine(t);
  await machine.stage();
  machine.crash();
  machine.restage();
  // seen again by the engine only after it was staged: it starts while nothing is there
  machine.present = BOOTED;
  const { engine } = machine.live();
  machine.restage();
  await engine.settled();
  await engine.stop();
  machine.crash();
  assert.deepEqual(await machine.story(), ['Committed', 'lost', 2]);
});

test('staging that fails leaves it lost, and nothing else is harmed', async (t) => {
  const machine = new Machine(t);
  await machine.stage();
  machine.crash();
  assert.deepEqual(await machine.story({ failing: ['deployment.write'] }), ['Committed', 'lost', 2]);
  const { engine } = machine.live();
  assert.equal(engine.snapshot().state, 'ready');
  await engine.stop();
});

test('an executor that dies while it stages again is replaced', async (t) => {
  const machine = new Machine(t);
  await machine.stage();
  machine.crash();
  const call = machine.world.calls + 1;
  const { engine } = machine.live({ fates: [{ call, moment: 'before', who: 'executor' }] });
  machine.restage();
  await engine.settled();
  const types = engine.events({}).map(({ type }) => type);
  assert.deepEqual(types.slice(-3), ['LOST', 'ATTEMPTED', 'STEP_DONE']);
  await engine.stop();
});

test('a daemon that dies while it stages again goes on at its next start', async (t) => {
  const machine = new Machine(t);
  await machine.stage();
  machine.crash();
  const call = machine.world.calls + 1;
  const { engine, killed } = machine.live({ fates: [{ call, moment: 'after', who: 'daemon' }] });
  await killed;
  await engine.stop();
  machine.restage();
  assert.deepEqual(await machine.story(), ['Committed', 'pending', 2]);
});

test('a reboot that was asked for before the power failed is not made up for', async (t) => {
  const machine = new Machine(t);
  await machine.stage({ kind: 'install', add: ['htop'], reboot: true });
  await new Promise((resolve) => setImmediate(resolve));
  const before = machine.world.log.filter((each) => each === 'reboot').length;
  machine.crash();
  const { engine } = machine.live();
  machine.restage();
  await engine.settled();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(machine.world.log.filter((each) => each === 'reboot').length, before);
  await engine.stop();
});

test('nothing is told or staged while the sysroot does not run the machine', async (t) => {
  const machine = new Machine(t);
  await machine.stage();
  machine.crash();
  machine.present = deployments('first second');
  assert.deepEqual(await machine.story(), ['Committed', 'pending', 1]);
});
