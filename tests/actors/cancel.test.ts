// A cancel in every state a transaction can be in, over an executor that never ends what it does.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Executor, Outcome } from '../../src/actors/executor-process.js';
import { AptOstreeError } from '../../src/model/errors.js';
import type { ExecutorCommand } from '../../src/model/ipc.js';
import { operationOf } from '../../src/model/operations.js';
import { type StepKind, stepDefinition } from '../../src/model/steps.js';
import { journalPath } from '../journal/journal-fixture.js';
import { live, submission } from './engine-fixture.js';
import { World } from './fake-executor.js';

const { plan } = operationOf(submission().request);

/** Ends a step only when it is asked to, or killed. */
class HangingExecutor implements Executor {
  dead = false;
  readonly #at: string;
  #end: ((error: AptOstreeError) => void) | null = null;
  readonly #work: string[];

  constructor(at: string, work: string[]) {
    this.#at = at;
    this.#work = work;
  }

  async call(command: ExecutorCommand): Promise<Outcome> {
    if (command.type !== 'perform' && command.type !== 'undo') return { type: 'tidied' };
    const name = `${command.type} ${command.kind}`;
    this.#work.push(name);
    if (name === this.#at)
      return new Promise((_, reject) => {
        this.#end = reject;
      });
    return command.type === 'undo' ? { type: 'undone' } : { type: 'done', gave: {}, unchanged: null, found: false };
  }

  abort(): void {
    this.#end?.(new AptOstreeError('executor-died', 'ended as it was asked'));
  }

  async kill(): Promise<void> {
    this.dead = true;
    this.#end?.(new AptOstreeError('executor-died', 'killed'));
  }

  async close(): Promise<void> {}
}

async function hangingAt(t: TestContext, at: string) {
  const work: string[] = [];
  const options = { path: journalPath(t), world: new World() };
  const one = live({ ...options, startExecutor: () => new HangingExecutor(at, work) });
  const { id } = one.engine.submit(submission());
  one.engine.start(id);
  while (work.at(-1) !== at) await new Promise(setImmediate);
  return { ...one, id, work, options };
}

for (const kind of plan)
  test(`while ${kind} hangs, a cancel ends it and takes back what was done`, async (t) => {
    const { engine, id, work } = await hangingAt(t, `perform ${kind}`);
    engine.cancel(id, null, 'enough');
    assert.throws(() => engine.cancel(id, null, 'again'), { message: 'cannot cancel: it is being cancelled already' });
    await engine.settled();
    assert.equal(engine.transaction(id).state, 'Cancelled');
    const left = plan.slice(0, plan.indexOf(kind) + 1).filter((each) => stepDefinition(each).leaves);
    assert.deepEqual(
      work.filter((each) => each.startsWith('undo')),
      left.toReversed().map((each) => `undo ${each}`),
    );
    await engine.stop();
  });

test('one that is cancelled stays so when the daemon dies before the step has ended', async (t) => {
  const kinds: readonly StepKind[] = ['packages.fetch', 'tree.commit', 'deployment.write'];
  for (const kind of kinds) {
    const { engine, id, options } = await hangingAt(t, `perform ${kind}`);
    engine.cancel(id, null, 'enough');
    await engine.stop();
    const work: string[] = [];
    const two = live({ ...options, startExecutor: () => new HangingExecutor(`perform ${kind}`, work) });
    await two.engine.settled();
    assert.equal(two.engine.transaction(id).state, 'Cancelled', kind);
    await two.engine.stop();
  }
});

test('what is being taken back already, or has ended, is not cancelled: in words', async (t) => {
  const work: string[] = [];
  const executor = new HangingExecutor('undo tree.commit', work);
  const call = executor.call.bind(executor);
  executor.call = async (command) =>
    command.type === 'perform' && command.kind === 'deployment.write'
      ? { type: 'failed', failure: { code: 'ostree-failed', message: 'cannot, by order' } }
      : call(command);
  const { engine } = live({ path: journalPath(t), world: new World(), startExecutor: () => executor });
  const { id } = engine.submit(submission());
  engine.start(id);
  while (work.at(-1) !== 'undo tree.commit') await new Promise(setImmediate);
  assert.throws(() => engine.cancel(id, null, 'enough'), {
    code: 'wrong-state',
    message: 'cannot cancel: install htop is being taken back already',
  });
  await engine.stop();
});
