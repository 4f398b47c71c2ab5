// A new operation, a new plan or a new step has crash cases, or the suite fails.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checksum } from '../../src/model/deployment.js';
import { OPERATIONS, operationOf } from '../../src/model/operations.js';
import { parseRequest } from '../../src/model/request.js';
import { type StepKind, stepDefinition } from '../../src/model/steps.js';
import { LANE_STEPS } from '../crash/lane-steps.js';
import { OMISSIONS } from '../crash/omissions.js';
import { ON_A_MACHINE, planOf, SCENARIOS, type Scenario } from '../crash/scenarios.js';
import { REQUESTS } from '../model/requests.js';
import { OPERATIONS as POWER_OPERATIONS } from '../power/operations.js';

const IN_LANES = REQUESTS.filter(({ kind }) => !ON_A_MACHINE.includes(kind));

test('every operation is crashed', () => {
  const kinds = new Set(SCENARIOS.map(({ kind }) => kind));
  assert.deepEqual([...kinds, ...ON_A_MACHINE].sort(), Object.keys(OPERATIONS).sort());
});

test('every plan is part of a plan that is crashed at each boundary', () => {
  const crashed = SCENARIOS.filter(isWhole).map((each) => ({ kind: each.kind, plan: planOf(each) }));
  const missing = IN_LANES.filter(
    (request) => !crashed.some(({ kind, plan }) => kind === request.kind && isPart(operationOf(request).plan, plan)),
  );
  assert.deepEqual(missing, []);
});

test('every step is crashed at each boundary', () => {
  const crashed = new Set(SCENARIOS.filter(isWhole).flatMap(planOf));
  assert.deepEqual(
    LANE_STEPS.filter((kind) => !crashed.has(kind)),
    [],
  );
});

test('every step that leaves something is crashed while it is taken back', () => {
  const undone = new Set(SCENARIOS.flatMap(({ failing }) => (failing === undefined ? [] : [failing])));
  assert.deepEqual(
    LANE_STEPS.filter((kind) => stepDefinition(kind).leaves && !undone.has(kind)),
    [],
  );
});

test('every undo is left out once, on purpose', () => {
  const undos = OMISSIONS.flatMap(({ without }) => (without?.part === 'undo' ? [without.kind] : []));
  assert.deepEqual(
    undos,
    LANE_STEPS.filter((kind) => stepDefinition(kind).leaves),
  );
});

/** Made of what other steps do to the disk, but slower: `tree.*` of a base, and a reckoning that leaves nothing. */
const NOT_POWER_CUT: readonly StepKind[] = [
  'base.resolve',
  'base.fetch',
  'base.assemble',
  'base.commit',
  'impact.estimate',
];

test('every step meets power cuts', () => {
  const otherVersion = 'a'.repeat(64) as Checksum;
  const on = { requested: ['crash-a'], otherVersion, localArchive: '/crash-local.deb' };
  const cut = new Set(
    POWER_OPERATIONS.flatMap(({ request }) => operationOf(parseRequest({ ...request(on), stateroot: 'debian' })).plan),
  );
  assert.deepEqual(
    LANE_STEPS.filter((kind) => !cut.has(kind)),
    NOT_POWER_CUT,
  );
});

function isWhole({ from, steps }: Scenario): boolean {
  return from === undefined && steps === undefined;
}

function isPart(plan: readonly StepKind[], whole: readonly StepKind[]): boolean {
  let at = 0;
  for (const kind of whole) if (kind === plan[at]) at += 1;
  return at === plan.length;
}
