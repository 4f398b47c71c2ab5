// Every death of executor or daemon, before and after every effect, alone and again during the recovery:
// the transaction ends by itself, and what is on disk fits what the journal says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StepKind } from '../../src/model/steps.js';
import type { TransactionView } from '../../src/model/transaction.js';
import { journalPath } from '../journal/journal-fixture.js';
import { live, submission } from './engine-fixture.js';
import { type Fate, World } from './fake-executor.js';

const STEPS_OF_INSTALL = 7;
const MOMENTS = ['before', 'after'] as const;
const VICTIMS = ['executor', 'daemon'] as const;

const SCENARIOS: readonly { readonly title: string; readonly failing: readonly StepKind[]; readonly ends: string }[] = [
  { title: 'a good install', failing: [], ends: 'Committed' },
  { title: 'an install whose commit fails', failing: ['tree.commit'], ends: 'RolledBack' },
];

for (const { title, failing, ends } of SCENARIOS) {
  test(`${title} survives one death at each moment`, async (t) => {
    let cases = 0;
    for (const fate of fates(STEPS_OF_INSTALL)) {
      const { view, world } = await survive({ path: journalPath(t), fates: [fate], failing });
      check(view, world, ends, JSON.stringify(fate));
      cases += 1;
    }
    t.diagnostic(`${cases} cases`);
  });

  test(`${title} survives a second death at each moment of the recovery`, async (t) => {
    let cases = 0;
    for (const first of fates(STEPS_OF_INSTALL))
      for (const second of fates(first.call + 4).filter(({ call }) => call > first.call)) {
        const { view, world } = await survive({ path: journalPath(t), fates: [first, second], failing });
        check(view, world, ends, JSON.stringify([first, second]));
        cases += 1;
      }
    t.diagnostic(`${cases} cases`);
  });
}

test('a step that kills its executor three times is quarantined and taken back', async (t) => {
  const deaths = [4, 5, 6].map((call): Fate => ({ call, moment: 'after', who: 'executor' }));
  const { view, world } = await survive({ path: journalPath(t), fates: deaths, failing: ['tree.assemble'] });
  assert.equal(view.state, 'RolledBack');
  assert.equal(view.failure?.code, 'quarantined');
  assert.deepEqual([...world.present], []);
});

function fates(calls: number): readonly Fate[] {
  const numbers = Array.from({ length: calls }, (_, index) => index + 1);
  return numbers.flatMap((call) => MOMENTS.flatMap((moment) => VICTIMS.map((who) => ({ call, moment, who }))));
}

async function survive(options: {
  readonly path: string;
  readonly fates: readonly Fate[];
  readonly failing: readonly StepKind[];
}): Promise<{ readonly view: TransactionView; readonly world: World }> {
  const world = new World();
  let life = live({ ...options, world });
  const { id } = life.engine.submit(submission());
  life.engine.start(id);
  for (;;) {
    const ended = life.engine.settled().then(() => true);
    const over = await Promise.race([ended, life.killed.then(() => false)]);
    if (over) break;
    await life.engine.stop();
    life = live({ ...options, world });
  }
  const view = life.engine.transaction(id);
  const { ok, history } = await life.engine.verify();
  assert.deepEqual([ok, history], [true, null]);
  await life.engine.stop();
  return { view, world };
}

function check(view: TransactionView, world: World, ends: string, story: string): void {
  assert.equal(view.state, ends, story);
  assert.equal(view.final, true, story);
  const left = ends === 'Committed' ? ['tree.assemble', 'tree.finish', 'tree.commit', 'deployment.write'] : [];
  assert.deepEqual([...world.present].sort(), [...left].sort(), story);
  assert.deepEqual([...world.partial], [], story);
  if (ends === 'Committed') assert.equal(world.log.filter((entry) => entry === 'deployment.write').length, 1, story);
}
