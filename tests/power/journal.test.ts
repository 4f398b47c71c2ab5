// What the journal says is on disk is on disk, and the chain holds, whenever the power goes.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ordersOfEnvironment, PowerLab } from './power-lab.js';
import { summary } from './report.js';

const orders = ordersOfEnvironment();
const lab = orders.operation === null && orders.cut === null ? new PowerLab('journal', orders) : null;
after(() => lab?.stop());

test('the journal keeps each row it has acknowledged', { skip: lab === null }, async (t) => {
  const report = await lab?.report('journal');
  assert.ok(report !== undefined);
  t.diagnostic(summary(report));
  process.stdout.write(`power cuts of the journal, seed ${orders.seed}: ${summary(report)}\n`);
  assert.deepEqual(report.failures, []);
});
