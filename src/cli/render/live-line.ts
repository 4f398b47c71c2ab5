// The one line a terminal redraws while a step runs: task, bar, numbers, cut to the window.

import type { Progress } from '../../model/progress.js';
import { formatBytes } from './bytes.js';

export type Measured = Extract<Progress, { readonly type: 'percent' | 'download' }>;

export interface LiveState {
  /** Task begun and not ended. */
  readonly task: string | null;
  readonly measured: Measured | null;
}

const BAR_MOST = 30;
const BAR_LEAST = 10;

/** At most `columns - 1` wide: a terminal wraps when its last column is written. Empty when nothing runs. */
export function liveLine({ task, measured }: LiveState, columns: number): string {
  const room = columns - 1;
  if (measured === null) return task === null ? '' : cut(`${task}...`, room);
  const label = cut(labelOf(task, measured), Math.max(room - BAR_LEAST - 8, 10));
  const fraction = fractionOf(measured);
  const numbers = `${String(Math.floor(fraction * 100)).padStart(3)}%${detail(measured)}`;
  const barRoom = Math.min(room - width(label) - width(numbers) - 4, BAR_MOST);
  if (barRoom < BAR_LEAST) return cut(`${label} ${numbers.trim()}`, room);
  return `${label} [${bar(fraction, barRoom)}] ${numbers}`.trimStart();
}

/** What a plain log gets of the same: `Fetching packages: 45%, 12.3 MB of 27.0 MB`. */
export function plainMeasure({ task, measured }: LiveState): string {
  if (measured === null) return '';
  const label = labelOf(task, measured);
  const amount = measured.type === 'percent' ? '' : `, ${formatBytes(measured.fetchedBytes)}${totalOf(measured)}`;
  return `${label}${label === '' ? '' : ': '}${Math.floor(fractionOf(measured) * 100)}%${amount}`;
}

function fractionOf(measured: Measured): number {
  if (measured.type === 'percent') return Math.min(Math.max(measured.percent / 100, 0), 1);
  const { fetchedBytes, totalBytes, fetchedFiles, totalFiles } = measured;
  if (totalBytes > 0) return Math.min(fetchedBytes / totalBytes, 1);
  return totalFiles > 0 ? Math.min(fetchedFiles / totalFiles, 1) : 0;
}

function detail(measured: Measured): string {
  if (measured.type === 'percent') return '';
  const rate = measured.bytesPerSecond > 0 ? ` ${formatBytes(measured.bytesPerSecond)}/s` : '';
  return ` ${formatBytes(measured.fetchedBytes)}${totalOf(measured, '/')}${rate}`;
}

function totalOf({ totalBytes }: { readonly totalBytes: number }, joint = ' of '): string {
  return totalBytes > 0 ? `${joint}${formatBytes(totalBytes)}` : '';
}

function bar(fraction: number, length: number): string {
  const filled = Math.floor(fraction * length);
  return `${'='.repeat(filled)}${filled < length ? '>' : ''}`.slice(0, length).padEnd(length);
}

function cut(text: string, room: number): string {
  const characters = [...text];
  return characters.length <= room ? text : `${characters.slice(0, Math.max(room - 1, 0)).join('')}…`;
}

function width(text: string): number {
  return [...text].length;
}

/** A download carries no text of its own: its task says what it is. */
function labelOf(task: string | null, measured: Measured): string {
  const own = measured.type === 'percent' ? measured.text : '';
  return own !== '' ? own : (task ?? '');
}
