// Signals of the Transaction interface.

import type { Progress } from '../model/progress.js';
import type { TransactionView } from '../model/transaction.js';
import { signatureOf, TRANSACTION_INTERFACE, type ValuesOf } from './members.js';
import { TRANSACTION } from './names.js';
import type { Signal } from './objects.js';
import { clamped } from './progress-memory.js';
import { failureOfView } from './projection.js';
import { sendable, type WireValue } from './wire/value.js';

type Signals = (typeof TRANSACTION_INTERFACE)['signals'];

export function progressSignal(path: string, progress: Progress): Signal {
  switch (progress.type) {
    case 'task-begin':
      return signal(path, 'TaskBegin', { text: progress.text });
    case 'task-end':
      return signal(path, 'TaskEnd', { text: progress.text });
    case 'message':
      return signal(path, 'Message', { text: progress.text });
    case 'percent':
      return signal(path, 'PercentProgress', { text: progress.text, percentage: clamped(progress.percent) });
    case 'download':
      return signal(path, 'DownloadProgress', downloadArguments(progress));
    case 'progress-end':
      return signal(path, 'ProgressEnd', {});
  }
}

/** The last signal of a transaction. */
export function finishedSignal(path: string, view: TransactionView): Signal {
  const failure = failureOfView(view);
  return signal(path, 'Finished', { success: failure === null, error_message: failure?.message ?? '' });
}

function downloadArguments(
  of: Extract<Progress, { type: 'download' }>,
): ValuesOf<Signals['DownloadProgress']['arguments']> {
  const left = of.totalFiles - of.fetchedFiles;
  return {
    time: [integer(of.startedAtMs * 1000), integer(of.elapsedMs / 1000)],
    outstanding: [small(left), 0],
    metadata: [0, 0, 0],
    delta: [0, 0, 0, integer(of.totalBytes)],
    content: [small(of.fetchedFiles), small(of.totalFiles)],
    transfer: [integer(of.fetchedBytes), integer(of.bytesPerSecond)],
  };
}

function signal<Name extends keyof Signals>(
  path: string,
  member: Name,
  values: ValuesOf<Signals[Name]['arguments']>,
): Signal {
  const { arguments: names } = TRANSACTION_INTERFACE.signals[member];
  const given = new Map<string, WireValue>(Object.entries(values));
  const body = Object.keys(names).map((name) => sendableValue(given.get(name) ?? ''));
  return { path, interface: TRANSACTION, member, signature: signatureOf(names), body };
}

function sendableValue(value: WireValue): WireValue {
  return typeof value === 'string' ? sendable(value) : value;
}

function integer(value: number): bigint {
  return BigInt(Math.max(0, Math.floor(value)));
}

function small(value: number): number {
  return Math.min(0xffff_ffff, Math.max(0, Math.floor(value)));
}
