// Rounds of random operations on two sysroots side by side, each with deaths at random moments of the programs as they are
// shipped. CHAOS_SEED=… asks for the operations and delays of an earlier run, with CHAOS_UNIT_MS=… to the millisecond;
// CHAOS_ROUNDS=… for another number of rounds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from './arena.js';
import { randomOf } from './random.js';
import { describe, drawRound } from './rounds.js';
import { Tally } from './tally.js';

const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 200);
const LANES = 2;

test(`${ROUNDS} rounds of chaos lose nothing`, async (t) => {
  process.stdout.write(`CHAOS_SEED=${SEED}\n`);
  using arena = await Arena.open();
  const tally = new Tally();
  // each sysroot has random numbers of its own: which of them is faster changes nothing
  const lanes = Array.from({ length: LANES }, (_, index) => ({ name: index + 1, random: randomOf(SEED + index) }));
  const played = lanes.map(async ({ name, random }) => {
    for (let number = name; number <= ROUNDS; number += LANES) {
      const round = drawRound(random);
      const result = await arena.play(name, round);
      tally.add(result);
      if (tally.rounds % 20 === 0) process.stderr.write(`${tally.text()}\n`);
      if (result.failures.length > 0)
        process.stderr.write(`round ${number}: ${describe(round)}\n${result.failures.join('\n')}\n${result.log}\n`);
    }
  });
  await Promise.all(played);
  tally.addFailures(await arena.check());
  const sum = `${tally.text()}, CHAOS_SEED=${SEED} CHAOS_UNIT_MS=${arena.unitMs}`;
  process.stdout.write(`${sum}\n`);
  t.diagnostic(sum);
  assert.deepEqual(tally.failures, []);
  assert.ok(tally.kills > 0);
});
