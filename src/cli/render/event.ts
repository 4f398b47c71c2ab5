// One event of the journal in one line.

import { isStepKind, stepDefinition } from '../../model/steps.js';
import type { EventRow } from '../journal-rows.js';
import { listAt, member, numberAt, textAt } from '../payload.js';
import { giftText } from './gift.js';
import { printableLine } from './printable.js';
import { formatDuration } from './time.js';

/** Titles of a transaction's steps by their index in its plan. */
export type Plan = readonly string[];

export function planOf(opening: EventRow): Plan {
  return (listAt(opening.payload, 'plan') ?? []).map((step) => {
    const kind = textAt(step, 'kind') ?? '';
    return isStepKind(kind) ? stepDefinition(kind).title : kind;
  });
}

export function eventText(row: EventRow, plan: Plan): string {
  const say = Object.hasOwn(WORDINGS, row.type) ? WORDINGS[row.type] : undefined;
  // a newer program's event: its name is better than nothing
  return printableLine(say === undefined ? row.type : say(row.payload, (index) => stepTitle(plan, index)));
}

type Wording = (payload: unknown, title: (index: number | undefined) => string) => string;

const WORDINGS: Readonly<Record<string, Wording>> = {
  OPENED: (payload) => `opened: ${textAt(payload, 'title') ?? ''}`,
  START: () => 'started',
  DROPPED: (payload) => `dropped: ${textAt(payload, 'reason') ?? ''}`,
  CANCEL: (payload) => `cancel asked for: ${textAt(payload, 'reason') ?? ''}`,
  STEP_DONE: (payload, title) => `${title(numberAt(payload, 'index'))}: ${doneText(payload)}`,
  STEP_FAILED: (payload, title) =>
    `${title(numberAt(payload, 'index'))}: failed${after(payload)}: ${textAt(payload, 'failure', 'message') ?? ''}`,
  STEP_REWOUND: (payload, title) =>
    `${title(numberAt(payload, 'index'))}: back to "${title(numberAt(payload, 'to'))}": ${textAt(payload, 'reason') ?? ''}`,
  UNDO_DONE: (payload, title) => `${title(numberAt(payload, 'index'))}: taken back${within(payload)}`,
  UNDO_FAILED: (payload, title) =>
    `${title(numberAt(payload, 'index'))}: not taken back: ${textAt(payload, 'failure', 'message') ?? ''}`,
  ATTEMPTED: (payload, title) => `${title(numberAt(payload, 'index'))}: ${triedAgain(payload)}`,
  BOOTED: (payload) => BOOTS[textAt(payload, 'what') ?? ''] ?? `boot: ${textAt(payload, 'what') ?? 'unknown'}`,
  LOST: () => 'lost before its boot, as the machine did not shut down in order; it is staged again',
  RETRY_UNDO: () => 'taking back is tried again',
  PRUNED: (payload) =>
    `the journal was pruned: ${numberAt(payload, 'rows') ?? '?'} rows up to ${numberAt(payload, 'seq') ?? '?'}, of ${numberAt(payload, 'transactions') ?? '?'} transactions`,
};

function triedAgain(payload: unknown): string {
  const retry = numberAt(payload, 'retry');
  if (retry === undefined) return `interrupted, attempt ${numberAt(payload, 'attempt') ?? '?'}`;
  return `${textAt(payload, 'failure', 'message') ?? 'failed'}; tried again (${retry})`;
}

const BOOTS: Readonly<Record<string, string>> = {
  'booted-it': 'the machine booted it',
  'booted-another': 'the machine booted another deployment',
  superseded: 'superseded by a later deployment before its boot',
  lost: 'lost before its boot: the machine did not shut down in order',
};

function stepTitle(plan: Plan, index: number | undefined): string {
  return (index === undefined ? undefined : plan[index]) ?? `step ${index ?? '?'}`;
}

function doneText(payload: unknown): string {
  const how = member(payload, 'found') === true ? 'found done after an interruption' : `done${within(payload)}`;
  const more = textAt(payload, 'unchanged') ?? giftText(member(payload, 'gave'));
  return more === '' ? how : `${how}; ${more}`;
}

function within(payload: unknown): string {
  const durationMs = numberAt(payload, 'durationMs');
  return durationMs === undefined ? '' : ` in ${formatDuration(durationMs)}`;
}

function after(payload: unknown): string {
  const durationMs = numberAt(payload, 'durationMs');
  return durationMs === undefined ? '' : ` after ${formatDuration(durationMs)}`;
}
