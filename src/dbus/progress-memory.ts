// The last word of progress of the running transaction, for those who come late.

import type { Observable, Subscription } from 'rxjs';
import type { Progress } from '../model/progress.js';
import type { TransactionId, TransactionProgress } from '../model/transaction.js';

export class ProgressMemory {
  private readonly subscription: Subscription;
  private id: TransactionId | null = null;
  private task: Progress | null = null;
  private latest: Progress | null = null;
  private percent = 0;

  constructor(progress: Observable<TransactionProgress>) {
    this.subscription = progress.subscribe(({ transaction, progress: what }) => this.note(transaction, what));
  }

  percentOf(id: TransactionId): number {
    return id === this.id ? this.percent : 0;
  }

  /** What brings a newcomer up to date. */
  replay(id: TransactionId): readonly Progress[] {
    if (id !== this.id) return [];
    return [this.task, this.latest].filter((each) => each !== null);
  }

  close(): void {
    this.subscription.unsubscribe();
  }

  private note(id: TransactionId, what: Progress): void {
    if (id !== this.id) {
      this.id = id;
      this.task = null;
      this.forget();
    }
    if (what.type === 'task-begin') this.task = what;
    if (what.type === 'task-end') this.task = null;
    if (what.type === 'percent' || what.type === 'download') this.latest = what;
    if (what.type === 'percent') this.percent = clamped(what.percent);
    if (what.type === 'download') this.percent = clamped((100 * what.fetchedBytes) / Math.max(1, what.totalBytes));
    if (what.type === 'progress-end' || what.type === 'task-begin' || what.type === 'task-end') this.forget();
  }

  private forget(): void {
    this.latest = null;
    this.percent = 0;
  }
}

/** Percentage as the bus can carry it. */
export function clamped(percent: number): number {
  return Math.min(100, Math.max(0, Math.floor(percent)));
}
