import { Matrix } from './matrix.js';
import { SCENARIOS } from './scenarios.js';

const filter = new RegExp(process.argv[2] ?? '.');
const second = (process.argv[3] ?? 'nobody') as 'nobody';
const first = (process.argv[4] ?? 'everybody') as 'everybody';
using matrix = await Matrix.open({ lanes: 2, only: process.env['CRASH_CASE'] ?? null });
for (const scenario of SCENARIOS.filter(({ name }) => filter.test(name))) {
  const s = performance.now();
  const { cases, kills, failures } = await matrix.run(scenario, { second, first });
  console.log(scenario.name, {
    cases,
    kills,
    failures: failures.length,
    seconds: Math.round((performance.now() - s) / 1000),
  });
  for (const failure of failures) console.log('   ', failure);
}
