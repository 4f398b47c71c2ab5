// Objects that follow the engine: each snapshot is projected, the difference goes out as signals, Finished last.

import { type Observable, Subject, Subscription } from 'rxjs';
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
  readonly signals: Observable<Signal> = this.outgoing;

  constructor(parts: LiveObjectsParts) {
    this.parts = parts;
    const { engine } = parts;
    this.subscriptions.add(engine.snapshots.subscribe((snapshot) => this.follow(snapshot)));
    this.subscriptions.add(
      engine.progress.subscribe(({ transaction, progress }) => {
        const path = parts.pathOf(transaction);
        if (path !== null) this.outgoing.next(progressSignal(path, progress));
      }),
    );
    this.subscriptions.add(parts.others.subscribe((signal) => this.outgoing.next(signal)));
  }

  /** Projected anew, since some values (progress) are not told of. */
  objects(): Objects {
    return this.parts.project(this.parts.engine.snapshot());
  }

  /** Projects again after a change that is not the engine's. */
  refresh(): void {
    this.follow(this.parts.engine.snapshot());
  }

  close(): void {
    this.subscriptions.unsubscribe();
    this.outgoing.complete();
  }

  /** A projection that fails must not end the engine that it only shows. */
  private follow(snapshot: EngineSnapshot): void {
    try {
      this.show(snapshot);
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
