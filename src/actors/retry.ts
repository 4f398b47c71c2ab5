// What is tried again after a failure, and when. Pure; only what passes by itself is, and only as often as the step's row says.

import type { Failure } from '../model/errors.js';
import { type StepKind, stepDefinition } from '../model/steps.js';

/** Number of the try that a failed step has left, or null: then it has failed. */
export function nextRetry(kind: StepKind, retries: number, failure: Failure): number | null {
  const times = stepDefinition(kind).retry?.times ?? 0;
  return failure.transient === true && retries < times ? retries + 1 : null;
}

/** Pause before the try of that number, from 1. */
export function backoffMs(kind: StepKind, retry: number): number {
  return (stepDefinition(kind).retry?.backoffMs ?? 0) * 2 ** (retry - 1);
}

/** The one line that a user reads meanwhile. */
export function retryLine(kind: StepKind, retry: number, { message }: Failure): string {
  const times = stepDefinition(kind).retry?.times ?? 0;
  return `${message}; trying again in ${backoffMs(kind, retry) / 1000} s (${retry} of ${times})`;
}
