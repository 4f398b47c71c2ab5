// Objects that follow the engine: its snapshots are projected, the difference goes out as signals, Finished last.
// What happens within one turn of the event loop goes out together after it, so that no reply waits for signals.

import { type Observable, Subject, Subscription, skip } from 'rxjs';
import type { Engine } from '../actors/engine.js';
import type { EngineSnapshot, TransactionId, TransactionView } from '../model/transaction.js';
import { changes, type Objects, type Signal } from './objects.js';
import { finishedSignal, progressSignal } from './transaction-signals.js';

export interface LiveObjectsParts {
  readonly engine: Engine;
  readonly project: (snapshot: EngineSnapshot) => Objects;
  /** Transactions whose signals are sent. */
  readonly transactions: (snapshot: EngineSnapshot) => readonly TransactionView[];
  /** Where a transaction is served here, or null when it is not. */
  readonly pathOf: (id: TransactionId) => string | null;
  /** Signals of other sources that go the same way. */
  readonly others: Observable<Signal>;
  readonly onBug: (error: unknown) => void;
  /** Nothing is followed any more once its transactions have ended: their sockets outlive them for a while. */
  readonly endsWithTransactions: boolean;
}

export class LiveObjects {
  private readonly parts: LiveObjectsParts;
  private readonly outgoing = new Subject<Signal>();
  private readonly subscriptions = new Subscription();
  private present: Objects = new Map();
  /** Ended transactions whose Finished has been sent, or had been before this was made. */
  private finished: ReadonlySet<TransactionId> | null = null;
  private held: Signal[] = [];
  private turn: NodeJS.Immediate | null = null;
  readonly signals: Observable<Signal> = this.outgoing;

  constructor(parts: LiveObjectsParts) {
    this.parts = parts;
    const { engine } = parts;
    this.follow();
    this.subscriptions.add(engine.snapshots.pipe(skip(1)).subscribe(() => this.soon()));
    this.subscriptions.add(
      engine.progress.subscribe(({ transaction, progress }) => {
        const path = parts.pathOf(transaction);
        if (path !== null) this.outgoing.next(progressSignal(path, progress));
      }),
    );
    this.subscriptions.add(
      parts.others.subscribe((signal) => {
        this.held.push(signal);
        this.soon();
      }),
    );
  }

  /** Projected anew, since some values (progress) are not told of. */
  objects(): Objects {
    return this.parts.project(this.parts.engine.snapshot());
  }

  /** Projects again after a change that is not the engine's. */
  refresh(): void {
    this.soon();
  }

  /** Sends what is held back: whoever calls next hears first of all that was before. */
  catchUp(): void {
    if (this.turn === null) return;
    clearImmediate(this.turn);
    this.turn = null;
    for (const signal of this.held.splice(0)) this.outgoing.next(signal);
    if (!this.subscriptions.closed) this.follow();
  }

  close(): void {
    this.catchUp();
    this.subscriptions.unsubscribe();
    this.outgoing.complete();
  }

  private soon(): void {
    this.turn ??= setImmediate(() => this.catchUp());
  }

  /** A projection that fails must not end the engine that it only shows. */
  private follow(): void {
    try {
      this.show(this.parts.engine.snapshot());
    } catch (error) {
      this.parts.onBug(error);
    }
  }

  private show(snapshot: EngineSnapshot): void {
    const next = this.parts.project(snapshot);
    const signals = this.finished === null ? [] : changes(this.present, next);
    this.present = next;
    for (const signal of signals) this.outgoing.next(signal);
    const views = this.parts.transactions(snapshot);
    this.finish(views.filter((view) => view.final));
    if (this.parts.endsWithTransactions && views.every((view) => view.final)) this.subscriptions.unsubscribe();
  }

  private finish(ended: readonly TransactionView[]): void {
    const before = this.finished;
    this.finished = new Set(ended.map((view) => view.id));
    for (const view of before === null ? [] : ended) {
      const path = this.parts.pathOf(view.id);
      if (path !== null && !before?.has(view.id)) this.outgoing.next(finishedSignal(path, view));
    }
  }
}
