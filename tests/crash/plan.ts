// What a case does to its programs, and what they write down on the way: shared by the controller and the programs that die.

import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepKind } from '../../src/model/steps.js';

/** Who is killed; `group` is all of them at once. */
export type Victim = 'daemon' | 'executor' | 'child' | 'group';

/** Death at a boundary: the `nth` passage of `at` since the death before it. */
export interface Fate {
  readonly at: string;
  readonly nth: number;
  readonly victim: Exclude<Victim, 'group'>;
}

/** A system call that goes wrong: whoever makes it is killed at it, or is given an error. */
export interface Fault {
  /** The work during which calls count, e.g. `perform deployment.write` or `journal START`. */
  readonly during: string;
  readonly syscall: string;
  /** Which call of each thread, from 1. */
  readonly nth: number;
  readonly effect: 'SIGKILL' | 'ENOSPC' | 'EIO' | 'EROFS';
}

export interface Omission {
  readonly part: 'probe' | 'undo';
  readonly kind: StepKind;
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
  /** Whether each work's system calls are written down. */
  readonly recordsCalls: boolean;
  /** A part of a step's handler that is left out, to see who notices. */
  readonly without: Omission | null;
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
  /** The work began in which a system call goes wrong. */
  | { readonly type: 'faulty' }
  /** What an undo said it took back is still there. */
  | { readonly type: 'not undone'; readonly what: string };

/** Environment variable of the test programs: the file of their plan. */
export const PLAN_VARIABLE = 'CRASH_PLAN';

export function readPlan(): Plan {
  return JSON.parse(readFileSync(process.env[PLAN_VARIABLE] ?? '', 'utf8')) as Plan;
}

export function writePlan(file: string, plan: Plan): void {
  writeFileSync(file, JSON.stringify(plan));
  writeFileSync(plan.trace, '');
  rmSync(callsDirectory(plan.trace), { recursive: true, force: true });
  mkdirSync(callsDirectory(plan.trace));
}

/** Holds a file for each work whose system calls were written down. */
export function callsDirectory(traceFile: string): string {
  return `${traceFile}.calls`;
}

export function callsFile(traceFile: string, during: string): string {
  return join(callsDirectory(traceFile), during);
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
