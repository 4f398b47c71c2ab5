// What a case does to its programs, and what they write down on the way: shared by the controller and the programs that die.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { StepKind } from '../../src/model/steps.js';

/** Who is killed. */
export type Victim = 'daemon' | 'executor' | 'child';

/** Death at a boundary: the `nth` passage of `at` since the death before it. */
export interface Fate {
  readonly at: string;
  readonly nth: number;
  readonly victim: Victim;
}

/** A system call of a step that goes wrong: the program is killed at it, or it gives an error. */
export interface Fault {
  /** The boundary from which system calls count, e.g. `perform deployment.write`. */
  readonly during: string;
  readonly syscall: string;
  /** Which call; 0 only counts them. */
  readonly nth: number;
  readonly effect: 'SIGKILL' | 'ENOSPC' | 'EIO';
}

export interface Plan {
  /** File that everybody appends to. */
  readonly trace: string;
  readonly fates: readonly Fate[];
  /** A step that fails, by order, once it has done its work. */
  readonly failing: StepKind | null;
  /** Boundary at which the executor waits for a cancel, in the first life. */
  readonly cancelAt: string | null;
  readonly fault: Fault | null;
}

export type TraceLine =
  /** A daemon has started. */
  | { readonly type: 'life'; readonly pid: number; readonly address: string }
  | {
      readonly type: 'passed';
      readonly who: 'daemon' | 'executor';
      readonly pid: number;
      readonly at: string;
      /** Whether a child of the executor, or of the daemon the executor, was alive. */
      readonly hasChild: boolean;
    }
  | { readonly type: 'struck'; readonly at: string; readonly victim: Victim }
  /** The executor waits for a cancel. */
  | { readonly type: 'held'; readonly at: string }
  /** The step began in which a system call goes wrong. */
  | { readonly type: 'faulty' };

/** Environment variable of the test programs: the file of their plan. */
export const PLAN_VARIABLE = 'CRASH_PLAN';

export function readPlan(): Plan {
  return JSON.parse(readFileSync(process.env[PLAN_VARIABLE] ?? '', 'utf8')) as Plan;
}

export function writePlan(file: string, plan: Plan): void {
  writeFileSync(file, JSON.stringify(plan));
  writeFileSync(plan.trace, '');
}

/** What a killed process wrote is kept: only a power cut would lose it. */
export function trace(file: string, line: TraceLine): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

export function readTrace(file: string): readonly TraceLine[] {
  if (!existsSync(file)) return [];
  // the last piece is empty, or a line that is being written just now
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as TraceLine);
}

/** How often a boundary was passed since the last death. */
export function passages(lines: readonly TraceLine[], at: string): number {
  const since = lines.slice(lines.findLastIndex(({ type }) => type === 'struck') + 1);
  return since.filter((line) => line.type === 'passed' && line.at === at).length;
}
