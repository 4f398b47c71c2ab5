// What happens in a round, drawn before it begins: the operation, who is killed when, and whether it is cancelled.

import type { Victim } from '../crash/plan.js';
import { OPERATION_NAMES, type OperationName } from './operations.js';
import { oneOf, type Random } from './random.js';

export interface Kill {
  /**
   * After the transaction was opened, in a later life after the start of the daemon, or after the kill before this one where
   * the daemon has survived that. In the time that an undisturbed install takes: as much happens on a slow machine.
   */
  readonly after: number;
  readonly victim: Victim;
  /** Which of several children, as a part of their number. */
  readonly pick: number;
}

export interface Round {
  readonly operation: OperationName;
  readonly kills: readonly Kill[];
  /** Whether the first kill counts from the start of the daemon already. */
  readonly isEarly: boolean;
  /** After the transaction was opened; null for never. */
  readonly cancelAfter: number | null;
}

/** Operations that put a tree together take about as long, with the tidy-up after them. */
const LONG = 1.1;
/** Most other operations, and most recoveries. */
const SHORT = 0.35;

export function drawRound(random: Random): Round {
  const operation = oneOf(random, OPERATION_NAMES);
  const reach = /install|deploy/.test(operation) ? LONG : SHORT;
  const kills = Array.from({ length: oneOf(random, [1, 1, 1, 2, 2, 3]) }, (_, index) => ({
    after: random() * (index === 0 ? reach : oneOf(random, [SHORT, LONG])),
    victim: oneOf<Victim>(random, ['daemon', 'daemon', 'executor', 'executor', 'child', 'group']),
    pick: random(),
  }));
  const isEarly = random() < 0.1;
  return { operation, kills, isEarly, cancelAfter: random() < 0.15 ? random() * reach : null };
}

export function describe({ operation, kills, isEarly, cancelAfter }: Round): string {
  const parts = kills.map(({ victim, after }) => `${victim} after ${after.toFixed(3)}`);
  const cancel = cancelAfter === null ? [] : [`cancel after ${cancelAfter.toFixed(3)}`];
  return [operation, ...(isEarly ? ['early'] : []), ...parts, ...cancel].join(', ');
}
