// Parts of steps without which nothing would be safe: with one of them left out, a case has to fail.

import { type StepKind, stepDefinition } from '../../src/model/steps.js';
import type { Case } from './cases.js';
import { LANE_STEPS } from './lane-steps.js';
import { planOf, SCENARIOS, type Scenario } from './scenarios.js';

/** Steps that look before they are done again, and one that looks whether what it needs has outlived the death. */
const PROBED = LANE_STEPS.filter(
  (kind) => stepDefinition(kind).recovery === 'verify-then-redo' || kind === 'tree.finish',
);

/** Each must fail: a death after the step and nobody looks; a step that fails and nothing is taken back. */
export const OMISSIONS: readonly Case[] = [
  ...PROBED.map((kind) => ({
    scenario: scenarioWith((each) => isForward(each) && planOf(each).includes(kind), kind),
    without: { part: 'probe', kind } as const,
    fates: [{ at: `perform ${kind} after`, nth: 1, victim: 'executor' } as const],
  })),
  ...LANE_STEPS.filter((kind) => stepDefinition(kind).leaves).map((kind) => ({
    scenario: scenarioWith(({ failing }) => failing === kind, kind),
    without: { part: 'undo', kind } as const,
    fates: [],
  })),
];

function isForward({ failing, cancelAt }: Scenario): boolean {
  return failing === undefined && cancelAt === undefined;
}

function scenarioWith(isMeant: (scenario: Scenario) => boolean, kind: StepKind): Scenario {
  const found = SCENARIOS.find(isMeant);
  if (found === undefined) throw new Error(`no scenario is about ${kind}`);
  return found;
}
