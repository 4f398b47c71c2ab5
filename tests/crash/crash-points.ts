// Boundaries as a program passes them: written down, and death where the plan says so.

import { type Fate, type Plan, passages, readTrace, trace } from './plan.js';

export interface CrashPointsOptions {
  readonly plan: Plan;
  readonly who: 'daemon' | 'executor';
  readonly hasChild: () => boolean;
  /** How this program brings each victim to its end; returns only when itself survives. */
  readonly kill: Readonly<Record<Fate['victim'], () => void>>;
}

export class CrashPoints {
  readonly #options: CrashPointsOptions;

  constructor(options: CrashPointsOptions) {
    this.#options = options;
  }

  pass(at: string): void {
    const { plan, who, hasChild, kill } = this.#options;
    trace(plan.trace, { type: 'passed', who, pid: process.pid, at, hasChild: hasChild() });
    const lines = readTrace(plan.trace);
    const fate = plan.fates[lines.filter(({ type }) => type === 'struck').length];
    if (fate?.at === at && passages(lines, at) === fate.nth) {
      trace(plan.trace, { type: 'struck', at, victim: fate.victim });
      kill[fate.victim]();
    }
    if (plan.cancelAt === at) holdUntilCancelled(plan, at);
  }
}

/** Once, and only while the client that shall cancel is there: it does not come back after the daemon's death. */
function holdUntilCancelled({ trace: file }: Plan, at: string): void {
  const lines = readTrace(file);
  const lives = lines.filter(({ type }) => type === 'life').length;
  if (lives > 1 || lines.some(({ type }) => type === 'held')) return;
  trace(file, { type: 'held', at });
  const isCancelled = () =>
    readTrace(file).some((line) => line.type === 'passed' && line.at === 'journal CANCEL after');
  while (!isCancelled()) sleepMs(5);
}

/** Does not return. */
export function killSelf(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) sleepMs(1000);
}

/** Nothing of this thread goes on meanwhile. */
export function sleepMs(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
