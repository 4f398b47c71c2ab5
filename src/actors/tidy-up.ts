// Has an executor remove what final transactions left. Failing here loses nothing: the next start tidies again.

import type { Logger } from 'pino';
import { failureOf } from '../model/errors.js';
import type { TransactionId } from '../model/transaction.js';
import type { Executor } from './executor-process.js';

/** An executor that dies in the middle is replaced: without a restart nobody might come by again for long. */
const ATTEMPTS = 3;

export interface TidyUp {
  readonly keep: readonly TransactionId[];
  readonly staged: readonly TransactionId[];
  readonly trim: boolean;
}

/** @param liveExecutor null when nothing shall be done any more */
export async function tidyUp(liveExecutor: () => Executor | null, what: TidyUp, log: Logger): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const executor = liveExecutor();
    if (executor === null) return;
    try {
      const answer = await executor.call({ type: 'tidy', ...what });
      if (answer.type === 'failed') log.warn({ reason: answer.failure.message }, 'cannot tidy up yet');
      return;
    } catch (error) {
      log.warn({ reason: failureOf(error).message, attempt }, 'cannot tidy up yet');
      if (failureOf(error).code !== 'executor-died') return;
    }
  }
}
