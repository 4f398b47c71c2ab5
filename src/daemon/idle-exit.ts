// Ends a daemon that nobody needs: the next call has it started again, and all that it knows stands in its journal.

export interface IdleExitParts {
  /** Null for never. */
  readonly timeoutMs: () => number | null;
  /** Nothing is under way and nobody is there. */
  readonly isIdle: () => boolean;
  readonly onIdle: () => void;
}

export class IdleExit {
  readonly #parts: IdleExitParts;
  #timer: NodeJS.Timeout | null = null;
  #over = false;

  constructor(parts: IdleExitParts) {
    this.#parts = parts;
  }

  /** Something happened, or another time is in force: the time begins anew. */
  touch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const timeoutMs = this.#over ? null : this.#parts.timeoutMs();
    if (timeoutMs !== null) this.#timer = setTimeout(() => this.#due(), timeoutMs);
  }

  /** The daemon ends anyway. */
  stop(): void {
    this.#over = true;
    this.touch();
  }

  #due(): void {
    if (this.#parts.isIdle()) this.#parts.onIdle();
    else this.touch();
  }
}

/** Whether somebody starts us again when we are called: systemd, or the bus itself. */
export function isStartedOnDemand(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['NOTIFY_SOCKET'] !== undefined || env['DBUS_STARTER_ADDRESS'] !== undefined;
}
