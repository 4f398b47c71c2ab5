// The matrix notices when a probe or an undo is missing: the whole of it would prove nothing otherwise.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { nameOf } from './cases.js';
import { Matrix } from './matrix.js';
import { OMISSIONS } from './omissions.js';

let matrix: Matrix | null = null;
before(async () => {
  matrix = await Matrix.open({ lanes: 1, only: null });
});
after(() => matrix?.[Symbol.dispose]());

for (const omission of OMISSIONS)
  test(`it is noticed: ${nameOf(omission)}`, async (t) => {
    const failures = (await matrix?.try(omission)) ?? [];
    for (const failure of failures) t.diagnostic(failure);
    const noticed = failures.filter((line) => !line.endsWith('deaths came to pass'));
    assert.notDeepEqual(noticed, []);
  });
