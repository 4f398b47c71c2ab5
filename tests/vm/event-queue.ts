// What came in, to be taken in order by whoever waits for it.

export class EventQueue<Event> {
  readonly #events: Event[] = [];
  #failure: Error | null = null;
  #wake: () => void = () => {};

  push(event: Event): void {
    this.#events.push(event);
    this.#wake();
  }

  /** No more will come. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  async next(): Promise<Event> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((done) => {
        this.#wake = done;
      });
    }
  }
}
