// A test for each scenario of a file, over sysroots that they share, and one line with the sum.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Depth, Matrix } from './matrix.js';
import type { Scenario } from './scenarios.js';

/** Name of the only case to run, as a failure names it. */
const ONLY = process.env['CRASH_CASE'] ?? null;
/** Everybody dies everywhere, also for a second time: hours. */
const EXHAUSTIVE = process.env['CRASH_DEPTH'] === 'full';
const LANES = Number(process.env['CRASH_LANES'] ?? 2);

export function testCrashes(scenarios: readonly Scenario[], usual: Depth): void {
  const depth: Depth = EXHAUSTIVE ? { first: 'everybody', second: 'everybody' } : usual;
  const chosen = scenarios.filter(({ name }) => ONLY === null || ONLY === name || ONLY.startsWith(`${name} > `));
  const sum = { cases: 0, kills: 0, failures: 0 };
  let matrix: Matrix | null = null;
  before(async () => {
    if (chosen.length > 0) matrix = await Matrix.open({ lanes: ONLY === null ? LANES : 1, only: ONLY });
  });
  after(() => {
    matrix?.[Symbol.dispose]();
    process.stdout.write(`${sum.cases} crash cases, ${sum.kills} kills, ${sum.failures} failures\n`);
  });
  for (const scenario of chosen)
    test(`${scenario.name} survives its crashes`, async (t) => {
      assert.ok(matrix !== null);
      const { cases, kills, failures } = await matrix.run(scenario, depth);
      sum.cases += cases;
      sum.kills += kills;
      sum.failures += failures.length;
      t.diagnostic(`${cases} cases, ${kills} kills, ${failures.length} failures`);
      assert.deepEqual(failures, []);
    });
}
