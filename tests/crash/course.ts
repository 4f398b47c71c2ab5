// What the boundaries that were passed tell: which rows were acknowledged, what was done twice, what an undo left.

import { STEPS, type StepKind, stepDefinition } from '../../src/model/steps.js';
import type { TraceLine } from './plan.js';

/** @param rows how many rows the journal gained */
export function wrongCourse(lines: readonly TraceLine[], rows: number): readonly string[] {
  return [...lostRows(lines, rows), ...doneTwice(lines), ...notUndone(lines)];
}

/** A row that was acknowledged is there, and none that nobody began to write. Shipped programs tell no boundaries. */
function lostRows(lines: readonly TraceLine[], rows: number): readonly string[] {
  if (!lines.some(({ type }) => type === 'passed')) return [];
  const acknowledged = count(lines, /^journal .* after$/);
  const begun = count(lines, /^journal .* before$/);
  return acknowledged <= rows && rows <= begun
    ? []
    : [`${acknowledged} rows were acknowledged and ${begun} begun, the journal has ${rows}`];
}

function count(lines: readonly TraceLine[], at: RegExp): number {
  return lines.filter((line) => line.type === 'passed' && at.test(line.at)).length;
}

/** A step that looks before it is done again has to find what it had done, unless that was taken back or is gone. */
function doneTwice(lines: readonly TraceLine[]): readonly string[] {
  const looking = (Object.keys(STEPS) as StepKind[]).filter(
    (kind) => stepDefinition(kind).recovery === 'verify-then-redo',
  );
  return looking.flatMap((kind) => (isDoneTwice(kind, lines) ? [`${kind} was done and done again`] : []));
}

function isDoneTwice(kind: StepKind, lines: readonly TraceLine[]): boolean {
  let done = false;
  for (const line of lines) {
    if (line.type !== 'passed') continue;
    if (line.at === `perform ${kind} before` && done) return true;
    if (line.at === `perform ${kind} after`) done = true;
    if (line.at.startsWith('undo ') || line.at.startsWith('journal STEP_REWOUND')) done = false;
  }
  return false;
}

function notUndone(lines: readonly TraceLine[]): readonly string[] {
  return lines.flatMap((line) => (line.type === 'not undone' ? [`undone, and yet there is ${line.what}`] : []));
}
