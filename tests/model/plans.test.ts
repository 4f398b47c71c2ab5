// Plans are well-formed: no step needs a fact that no earlier step gives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATIONS, operationOf } from '../../src/model/operations.js';
import { STEPS, type StepKind, stepDefinition } from '../../src/model/steps.js';
import { REQUESTS } from './requests.js';

for (const request of REQUESTS) {
  const { title, plan, actions } = operationOf(request);
  test(`${title} (${JSON.stringify(request).length} bytes of request) has a well-formed plan`, () => {
    const given = new Set<string>();
    for (const kind of plan) {
      for (const need of stepDefinition(kind).needs) assert.ok(given.has(need), `${kind} needs ${need}`);
      for (const gift of stepDefinition(kind).gives) given.add(gift);
    }
    assert.ok(plan.length > 0);
    assert.ok(actions.length > 0, 'every operation asks polkit for something');
  });
}

test('every operation and every step is in some plan', () => {
  const kinds = new Set(REQUESTS.map(({ kind }) => kind));
  assert.deepEqual([...kinds].sort(), Object.keys(OPERATIONS).sort());
  const steps = new Set<StepKind>(REQUESTS.flatMap((request) => operationOf(request).plan));
  assert.deepEqual([...steps].sort(), Object.keys(STEPS).sort());
});

test('a step that cannot be cancelled leaves something to undo, or nothing that matters', () => {
  for (const [kind, { cancellable, leaves, recovery }] of Object.entries(STEPS))
    if (!cancellable && !leaves) assert.equal(recovery, 'redo', `${kind} must be safe to do again`);
});
