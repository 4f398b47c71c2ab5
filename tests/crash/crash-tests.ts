// A test for each scenario of a file, over sysroots that they share, and one line with the sum.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Depth, Matrix, type Report } from './matrix.js';
import type { Scenario } from './scenarios.js';
import type { Sampling } from './system-calls.js';

/** Name of the only case to run, as a failure names it. */
const ONLY = process.env['CRASH_CASE'] ?? null;
/** Everybody dies everywhere, also for a second time: hours. */
const EXHAUSTIVE = process.env['CRASH_DEPTH'] === 'full';
const LANES = Number(process.env['CRASH_LANES'] ?? 2);

/** Deaths at the boundaries of steps, rows and programs. */
export function testCrashes(scenarios: readonly Scenario[], usual: Depth): void {
  const depth: Depth = EXHAUSTIVE ? { first: 'everybody', second: 'everybody' } : usual;
  testEach(scenarios, 'survives its crashes', (matrix, scenario) => matrix.run(scenario, depth));
}

/** Deaths and errors at system calls. What several scenarios do alike goes wrong in the first of them. */
export function testSystemCalls(scenarios: readonly Scenario[], isWanted = (_work: string) => true): void {
  const seen = new Set<string>();
  const sampling: Sampling = EXHAUSTIVE ? 'all' : 'by turns';
  testEach(scenarios, 'survives its system calls', (matrix, scenario) => {
    const isLookedAt = (work: string): boolean => {
      const isOwn = scenario.steps === undefined || scenario.steps.some((step) => work.endsWith(` ${step}`));
      const name = scenario.steps === undefined ? work : `${scenario.name}: ${work}`;
      if (!isOwn || !isWanted(work) || seen.has(name)) return false;
      seen.add(name);
      return true;
    };
    return matrix.runFaults(scenario, { isLookedAt, sampling });
  });
}

function testEach(
  scenarios: readonly Scenario[],
  title: string,
  run: (matrix: Matrix, scenario: Scenario) => Promise<Report>,
): void {
  const chosen = scenarios.filter(({ name }) => ONLY === null || ONLY === name || ONLY.startsWith(`${name} > `));
  const sum = { cases: 0, kills: 0, faults: 0, failures: 0 };
  let matrix: Matrix | null = null;
  before(async () => {
    if (chosen.length > 0) matrix = await Matrix.open({ lanes: ONLY === null ? LANES : 1, only: ONLY });
  });
  after(() => {
    matrix?.[Symbol.dispose]();
    process.stdout.write(`${sumOf(sum)}\n`);
  });
  for (const scenario of chosen)
    test(`${scenario.name} ${title}`, async (t) => {
      assert.ok(matrix !== null);
      const report = await run(matrix, scenario);
      sum.cases += report.cases;
      sum.kills += report.kills;
      sum.faults += report.faults;
      sum.failures += report.failures.length;
      t.diagnostic(sumOf({ ...report, failures: report.failures.length }));
      assert.deepEqual(report.failures, []);
    });
}

function sumOf({
  cases,
  kills,
  faults,
  failures,
}: Readonly<Record<'cases' | 'kills' | 'faults' | 'failures', number>>): string {
  return `${cases} crash cases, ${kills} kills, ${faults} faults, ${failures} failures`;
}
