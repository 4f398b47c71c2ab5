// Asks for the end of a transaction and waits until it has come.

import type { Finished, TransactionHandle } from '../client/client.js';
import { AptOstreeError } from '../model/errors.js';

/** @throws not-authorized, daemon-unreachable */
export async function cancelAndAwait(handle: Pick<TransactionHandle, 'cancel' | 'events'>): Promise<Finished> {
  const signals = handle.events()[Symbol.asyncIterator]();
  // listening begins before the cancel, so that its end is not missed
  let next = signals.next();
  next.catch(() => {});
  await handle.cancel();
  while (true) {
    const { done, value } = await next;
    if (done === true)
      throw new AptOstreeError('daemon-unreachable', 'cannot await the cancellation: the daemon went away');
    if (value.type === 'finished') return value;
    next = signals.next();
  }
}
