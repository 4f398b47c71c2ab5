// The story of one transaction: who asked for what, every event with its time, and how it ended.

import type { EventRow, HistoryRow } from '../journal-rows.js';
import { listAt, numberAt, textAt } from '../payload.js';
import { eventText, planOf } from './event.js';
import { historyBlock, type NameOf } from './history.js';
import { printableLine } from './printable.js';
import { formatDuration, formatLocal } from './time.js';

export interface StoryView {
  readonly nameOf: NameOf;
  /** With the output of package scripts. */
  readonly verbose: boolean;
  readonly columns: number | null;
}

export function storyLines(history: HistoryRow, rows: readonly EventRow[], view: StoryView): readonly string[] {
  const opening = rows.find((row) => row.type === 'OPENED');
  const plan = opening === undefined ? [] : planOf(opening);
  return [
    ...historyBlock(history, view),
    ...(opening === undefined ? [] : askedLines(opening)),
    '',
    ...rows.flatMap((row) => [
      `${formatLocal(row.wallTimeMs)}  ${eventText(row, plan)}${by(row, opening, view)}`,
      ...(view.verbose ? scriptLines(row) : []),
    ]),
  ];
}

function askedLines(opening: EventRow): readonly string[] {
  const commandLine = textAt(opening.payload, 'caller', 'commandLine');
  const rows = [
    ...(commandLine === undefined ? [] : [['CommandLine', commandLine] as const]),
    ...(opening.authorization === '' ? [] : [['Authorization', opening.authorization] as const]),
  ];
  return rows.map(([key, value]) => `${key.padStart(25)}: ${printableLine(value)}`);
}

/** Somebody else than the one who opened it, such as who cancelled it. */
function by(row: EventRow, opening: EventRow | undefined, { nameOf }: StoryView): string {
  return opening === undefined || row.uid === opening.uid ? '' : ` (by ${nameOf(row.uid)})`;
}

function scriptLines(row: EventRow): readonly string[] {
  return (listAt(row.payload, 'gave', 'scripts') ?? []).flatMap((script) => {
    const name = `${textAt(script, 'package') ?? ''} ${textAt(script, 'phase') ?? ''}`;
    const status = numberAt(script, 'exitStatus') ?? 0;
    const took = formatDuration(numberAt(script, 'durationMs') ?? 0);
    const output = (textAt(script, 'output') ?? '').split('\n').filter((line) => line.trim() !== '');
    return [
      `    ${printableLine(name)}: ${status === 0 ? '' : `exit status ${status}, `}${took}`,
      ...output.map((line) => `      ${printableLine(line)}`),
    ];
  });
}
