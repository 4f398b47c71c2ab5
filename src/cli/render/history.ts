// Transactions for people: one line each, or a block with everything.

import { shortId } from '../find-transaction.js';
import type { HistoryRow } from '../journal-rows.js';
import { keyValueLines } from './key-value.js';
import { printableLine } from './printable.js';
import { tableLines } from './table.js';
import { formatDuration, formatLocal } from './time.js';

export type NameOf = (uid: number) => string;

/** ID, time, outcome, user, title. */
export function historyTable(rows: readonly HistoryRow[], nameOf: NameOf): readonly string[] {
  return tableLines(
    rows.map((row) => [
      shortId(row.id),
      formatLocal(row.openedAtMs),
      outcomeText(row),
      nameOf(row.uid),
      printableLine(row.title),
    ]),
  );
}

export function historyBlock(
  row: HistoryRow,
  view: { readonly nameOf: NameOf; readonly columns: number | null },
): readonly string[] {
  const rows = [
    { key: 'Transaction', value: row.id },
    { key: 'Opened', value: formatLocal(row.openedAtMs) },
    ...(row.endedAtMs === null ? [] : [{ key: 'Took', value: formatDuration(row.endedAtMs - row.openedAtMs) }]),
    { key: 'Outcome', value: outcomeText(row) },
    ...(row.failure === null ? [] : [{ key: 'Failure', value: row.failure }]),
    { key: 'AskedBy', value: `${view.nameOf(row.uid)} (client ${row.client})` },
    ...(row.packages.length === 0 ? [] : [{ key: 'Packages', value: row.packages.join(' ') }]),
    ...(row.deployment === null ? [] : [{ key: 'Deployment', value: row.deployment }]),
  ];
  const shown = rows.map(({ key, value }) => ({ key, value: printableLine(value) }));
  return [printableLine(row.title), ...keyValueLines(shown, view.columns)];
}

const BOOTED = {
  pending: 'waits for reboot',
  'booted-it': 'booted',
  'booted-another': 'another was booted',
  superseded: 'superseded',
  lost: 'lost before its boot',
} as const;

export function outcomeText({ state, unchanged, booted }: Pick<HistoryRow, 'state' | 'unchanged' | 'booted'>): string {
  if (unchanged) return `${state} (no change)`;
  return booted === null ? state : `${state} (${BOOTED[booted]})`;
}
