// Values that arrive when they like, read one by one by whoever iterates.

export class SignalQueue<T> {
  private readonly items: T[] = [];
  private wake: (() => void) | null = null;
  private failure: Error | null = null;
  private readonly replaces: (last: T, next: T) => boolean;

  /** REPLACES tells whether a value makes the one before it, still unread, superfluous. */
  constructor(replaces: (last: T, next: T) => boolean) {
    this.replaces = replaces;
  }

  push(item: T): void {
    const last = this.items.at(-1);
    if (last !== undefined && this.replaces(last, item)) this.items.pop();
    this.items.push(item);
    this.wake?.();
  }

  /** Fails the reader once it has read what is there. */
  fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }

  /** The next value. @throws what `fail` was given */
  async next(): Promise<T> {
    for (;;) {
      const item = this.items.shift();
      if (item !== undefined) return item;
      if (this.failure !== null) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
