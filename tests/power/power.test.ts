// A whole machine on a disk whose power is cut at every flush of every operation.
// What is recorded is a little different each time. To see a failure again: POWER_KEEP=DIRECTORY for both runs, and for the
// second what the failure names, `POWER_CUT=… POWER_SEED=…`.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { OPERATIONS } from './operations.js';
import { ordersOfEnvironment, PowerLab } from './power-lab.js';
import { EMPTY_REPORT, summary, sumOf } from './report.js';

const orders = ordersOfEnvironment();
const lab = new PowerLab('machine', orders);
let sum = EMPTY_REPORT;
after(() => {
  lab.stop();
  process.stdout.write(`power cuts of a machine, seed ${orders.seed}: ${summary(sum)}\n`);
});

for (const { name } of OPERATIONS)
  test(`${name} survives power cuts`, { skip: orders.operation !== null && orders.operation !== name }, async (t) => {
    const report = await lab.report(name);
    sum = sumOf([sum, report]);
    t.diagnostic(summary(report));
    assert.deepEqual(report.failures, []);
  });
