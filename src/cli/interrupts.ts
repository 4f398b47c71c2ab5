// Ctrl-C as a source of events, so that following a transaction can be tested without signals.

export interface Interrupts {
  /** Calls the listener at each Ctrl-C until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** While somebody listens, SIGINT no longer ends this process. */
export const processInterrupts: Interrupts = {
  subscribe: (listener) => {
    process.on('SIGINT', listener);
    return () => process.off('SIGINT', listener);
  },
};
