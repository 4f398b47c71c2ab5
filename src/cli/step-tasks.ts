// Turns the changes of a transaction's step into tasks for the screen: each step is one line, begun and ended.

import type { TransactionSignal } from '../client/client.js';
import type { Progress } from '../model/progress.js';
import { stepDefinition } from '../model/steps.js';

type StateSignal = Extract<TransactionSignal, { readonly type: 'state' }>;

export interface StepTasks {
  readonly next: (signal: StateSignal) => readonly Progress[];
  /** How the step that was running is said to have ended. */
  readonly end: (text: string) => readonly Progress[];
}

export function stepTasks(): StepTasks {
  let running: { readonly index: number; readonly title: string } | null = null;
  const end = (text: string): readonly Progress[] => {
    if (running === null) return [];
    running = null;
    return [{ type: 'task-end', text }];
  };
  const next = ({ step, stepIndex }: StateSignal): readonly Progress[] => {
    if (step === null || running?.index === stepIndex) return [];
    // only a failure or a cancel makes the steps go down
    const isBack = running !== null && stepIndex < running.index;
    const ended = end(isBack ? 'stopped' : 'done');
    const { title } = stepDefinition(step);
    const text = isBack ? `Taking back: ${title}` : title;
    running = { index: stepIndex, title: text };
    return [...ended, { type: 'task-begin', text }];
  };
  return { next, end };
}
