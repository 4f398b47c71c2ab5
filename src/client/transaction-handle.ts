// A transaction of the daemon: start it, follow it, cancel it.

import { PROPERTIES, TRANSACTION, transactionPath } from '../dbus/names.js';
import type { Message } from '../dbus/wire/message.js';
import type { VarDict } from '../dbus/wire/value.js';
import { AptOstreeError } from '../model/errors.js';
import { transactionId } from '../model/transaction.js';
import type { Finished, TransactionHandle, TransactionProperties, TransactionSignal } from './client.js';
import { type Daemon, isVarDict } from './daemon.js';
import { codeOf } from './remote-error.js';
import { SignalQueue } from './signal-queue.js';
import { progressOf } from './transaction-progress.js';
import { transactionProperties } from './transaction-properties.js';

export class RemoteTransaction implements TransactionHandle {
  readonly id;
  readonly title: string;
  private readonly daemon: Daemon;
  private readonly path: string;
  private readonly queue = new SignalQueue<TransactionSignal>(isNewerProgress);
  /** As last told. */
  private values: VarDict;
  private ended = false;
  private readonly stopWatching: () => void;

  /** Signals are heard from before its state is read, so that nothing falls between. */
  static async attach(daemon: Daemon, id: string): Promise<RemoteTransaction> {
    const path = transactionPath(transactionId(id));
    const early: Message[] = [];
    let hear = (signal: Message): void => {
      early.push(signal);
    };
    const stop = daemon.subscribe(path, (signal) => hear(signal));
    const values = await daemon.properties(path, TRANSACTION).catch((error: unknown) => {
      stop();
      throw unknownObject(error, id);
    });
    const handle = new RemoteTransaction(daemon, { id, path, values });
    hear = (signal) => handle.hear(signal);
    // what was told of properties before they were read is older than what was read
    for (const signal of early) if (signal.interface === TRANSACTION) handle.hear(signal);
    return handle;
  }

  private constructor(daemon: Daemon, of: { readonly id: string; readonly path: string; readonly values: VarDict }) {
    this.daemon = daemon;
    this.path = of.path;
    this.values = of.values;
    const { id, title, state, errorCode } = transactionProperties(of.values);
    this.id = id;
    this.title = title;
    this.stopWatching = daemon.onGone(() => this.queue.fail(this.gone()));
    this.pushState();
    if (errorCode !== null || isEnd(state)) this.finish(errorCode === null);
  }

  async start(): Promise<boolean> {
    const [started] = await this.call('Start');
    return started === true;
  }

  async cancel(): Promise<void> {
    await this.call('Cancel');
  }

  async properties(): Promise<TransactionProperties> {
    this.values = await this.daemon.properties(this.path, TRANSACTION);
    return transactionProperties(this.values);
  }

  async *events(): AsyncGenerator<TransactionSignal, void, undefined> {
    for (;;) {
      const signal = await this.queue.next();
      yield signal;
      if (signal.type === 'finished') return;
    }
  }

  private async call(member: string) {
    return this.daemon.call({ path: this.path, interface: TRANSACTION, member, signature: '', body: [] });
  }

  private hear(signal: Message): void {
    if (this.ended) return;
    if (signal.interface === PROPERTIES) this.change(signal);
    else if (signal.member === 'Finished') this.finish(signal.body[0] === true);
    else {
      const progress = progressOf(signal);
      if (progress !== null) this.queue.push(progress);
    }
  }

  private change({ body: [name, changed] }: Message): void {
    if (name !== TRANSACTION || !isVarDict(changed)) return;
    this.values = new Map([...this.values, ...changed]);
    if (['State', 'Step', 'StepIndex'].some((key) => changed.has(key))) this.pushState();
  }

  private pushState(): void {
    const { state, step, stepIndex, stepCount } = transactionProperties(this.values);
    this.queue.push({ type: 'state', state, step, stepIndex, stepCount });
  }

  private finish(ok: boolean): void {
    this.ended = true;
    this.stopWatching();
    this.queue.push(finished(this.values, ok));
  }

  private gone(): AptOstreeError {
    return new AptOstreeError(
      'daemon-unreachable',
      `cannot follow transaction ${this.id}: apt-ostreed has gone; the transaction goes on by itself when it is started again`,
    );
  }
}

function finished(values: VarDict, ok: boolean): Finished {
  const errorName = ok ? '' : String(values.get('ErrorName')?.value ?? '');
  const message = ok ? '' : transactionProperties(values).errorMessage;
  return { type: 'finished', ok, message, errorName, code: ok ? null : codeOf(errorName) };
}

function isEnd(state: TransactionProperties['state']): boolean {
  return state !== 'Created' && state !== 'InProgress';
}

/** Only the latest figure of a kind is of interest. */
function isNewerProgress(last: TransactionSignal, next: TransactionSignal): boolean {
  return last.type === next.type && (next.type === 'percent' || next.type === 'download' || next.type === 'state');
}

function unknownObject(error: unknown, id: string): unknown {
  if (!(error instanceof AptOstreeError) || error.code !== 'no-such-transaction') return error;
  return new AptOstreeError('no-such-transaction', `cannot find transaction ${id}`, { cause: error });
}
