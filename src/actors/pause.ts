// A wait that can be cut short.

export class Pause {
  #end: (() => void) | null = null;

  /** Resolves when the time has passed, or at `end`. */
  async wait(milliseconds: number): Promise<void> {
    if (milliseconds === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#end = null;
  }

  end(): void {
    this.#end?.();
  }
}
