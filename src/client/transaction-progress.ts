// Progress signals of a transaction, read back into values.

import { TRANSACTION } from '../dbus/names.js';
import type { Message } from '../dbus/wire/message.js';
import type { WireValue } from '../dbus/wire/value.js';
import type { Progress } from '../model/progress.js';

/** Null for a signal that is no progress. */
export function progressOf(signal: Message): Progress | null {
  if (signal.interface !== TRANSACTION) return null;
  const [first, second] = signal.body;
  const text = typeof first === 'string' ? first : '';
  switch (signal.member) {
    case 'TaskBegin':
      return { type: 'task-begin', text };
    case 'TaskEnd':
      return { type: 'task-end', text };
    case 'Message':
      return { type: 'message', text };
    case 'PercentProgress':
      return { type: 'percent', text, percent: typeof second === 'number' ? second : 0 };
    case 'DownloadProgress':
      return downloadOf(signal.body);
    case 'ProgressEnd':
      return { type: 'progress-end' };
    default:
      return null;
  }
}

function downloadOf([time, , , delta, content, transfer]: readonly WireValue[]): Progress {
  return {
    type: 'download',
    startedAtMs: Math.floor(member(time, 0) / 1000),
    elapsedMs: member(time, 1) * 1000,
    totalBytes: member(delta, 3),
    fetchedFiles: member(content, 0),
    totalFiles: member(content, 1),
    fetchedBytes: member(transfer, 0),
    bytesPerSecond: member(transfer, 1),
  };
}

function member(group: WireValue | undefined, index: number): number {
  return Array.isArray(group) ? Number(group[index] ?? 0) : 0;
}
