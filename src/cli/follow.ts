// Follows one transaction to its end, shows what it tells, and turns Ctrl-C into a cancel.

import type { Finished, TransactionHandle, TransactionSignal } from '../client/client.js';
import { AptOstreeError, errorOf, type Failure, failureOf } from '../model/errors.js';
import type { Interrupts } from './interrupts.js';
import type { Screen } from './screen.js';
import { stepTasks } from './step-tasks.js';

export interface Following {
  readonly handle: Pick<TransactionHandle, 'id' | 'title' | 'start' | 'cancel' | 'events'>;
  readonly screen: Screen;
  readonly interrupts: Interrupts;
}

export type FollowEnd = 'finished' | 'left';

/**
 * Starts the transaction, or attaches to it when it runs already. `left`: the user pressed Ctrl-C a second time, and the
 * transaction goes on without us.
 * @throws the error the transaction ended with; daemon-unreachable
 */
export async function follow(following: Following): Promise<FollowEnd> {
  const { handle, screen, interrupts } = following;
  const control = cancelOnInterrupt(following, interrupts);
  const signals = ahead(handle.events());
  try {
    if (!(await handle.start())) screen.note(`Attaching to existing transaction: ${handle.title}`);
    const finished = await showUntilFinished(following, { signals, left: control.left });
    if (finished === 'left') return 'left';
    if (finished.ok || finished.code === 'unchanged') return 'finished';
    throw errorOf(endOf(finished, handle.title));
  } finally {
    control.stop();
    screen.close();
    signals.stop();
  }
}

interface Sources {
  readonly signals: Ahead<TransactionSignal>;
  readonly left: Promise<'left'>;
}

async function showUntilFinished({ handle, screen }: Following, from: Sources): Promise<Finished | 'left'> {
  const tasks = stepTasks();
  while (true) {
    const result = await Promise.race([from.signals.next(), from.left]);
    if (result === 'left') return 'left';
    if (result.done === true) throw lost(handle.id);
    const signal = result.value;
    if (signal.type === 'finished') {
      tasks.end(endWord(signal)).forEach(screen.show);
      return signal;
    }
    if (signal.type === 'state') tasks.next(signal).forEach(screen.show);
    else screen.show(signal);
  }
}

interface Ahead<T> {
  readonly next: () => Promise<IteratorResult<T>>;
  readonly stop: () => void;
}

/** An iteration whose next signal is asked for before it is wanted: listening begins before the start. */
function ahead<T>(source: AsyncIterable<T>): Ahead<T> {
  const iterator = source[Symbol.asyncIterator]();
  const ask = () => {
    const asked = iterator.next();
    // it is awaited later; until then a rejection must not count as unhandled
    asked.catch(() => {});
    return asked;
  };
  let pending = ask();
  return {
    next: async () => {
      const result = await pending;
      if (result.done !== true) pending = ask();
      return result;
    },
    // not awaited: a generator that waits for its next signal would answer only then
    stop: () => void iterator.return?.().catch(() => {}),
  };
}

function endOf({ code, message }: Finished, title: string): Failure {
  // of a cancel the transaction says only by whom
  if (code === 'cancelled') return { code, message: `cannot finish ${title}: ${message}` };
  return { code: code ?? 'internal', message };
}

function endWord({ ok, code }: Finished): string {
  if (ok || code === 'unchanged') return 'done';
  return code === 'cancelled' ? 'cancelled' : 'failed';
}

function lost(id: string): AptOstreeError {
  return new AptOstreeError(
    'daemon-unreachable',
    `cannot follow the transaction to its end: the daemon went away; it goes on with ${id} when it starts again, see 'apt-ostree journal show ${id}'`,
  );
}

/** First Ctrl-C: ask for the cancel. Second: leave. */
function cancelOnInterrupt({ handle, screen }: Following, interrupts: Interrupts) {
  let pressed = 0;
  let leave: (value: 'left') => void = () => {};
  const left = new Promise<'left'>((resolve) => {
    leave = resolve;
  });
  const stop = interrupts.subscribe(() => {
    pressed += 1;
    if (pressed > 1) return leave('left');
    screen.note('Awaiting transaction cancellation...');
    // a refusal (it has just ended, or it is somebody else's) does not end the following
    handle.cancel().catch((error: unknown) => screen.note(`warning: ${failureOf(error).message}`));
  });
  return { left, stop };
}
