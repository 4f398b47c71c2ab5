// Whether a transaction ended as its rows say it had to, and its client was told so.

import { MAX_ATTEMPTS } from '../../src/machines/v1/transaction.js';
import type { TransactionState } from '../../src/model/transaction.js';
import type { Told } from './lives.js';
import type { Outcome, Transaction } from './outcome.js';

/** Deaths of daemon and executor change nothing in how it ends; an error, or the death of a program it runs, may. */
export function wrongEnd({ transaction, story: { told }, ends, mayFail }: Outcome): readonly string[] {
  if (transaction === null) return [...(ends === null ? [] : ['nothing was begun']), ...wronglyToldOfNothing(told)];
  const { state, failure } = transaction.view;
  const expected = ends !== null ? [ends] : expectedEnds(transaction, mayFail);
  const wrong = expected.includes(state)
    ? []
    : [`it ended ${state} (${failure?.message ?? 'no failure'}), not ${expected.join(' or ')}`];
  return [...wrong, ...wronglyTold(told, transaction), ...unclear(failure?.message), ...unclear(told?.message)];
}

/** As its rows say: a failure or a cancel that did not reach the disk has not happened. */
function expectedEnds(transaction: Transaction, mayFail: boolean): readonly TransactionState[] {
  const has = (type: string) => transaction.rows.some((row) => row.type === type);
  if (!has('START') || has('CANCEL')) return ['Cancelled'];
  return (mayFail && has('STEP_FAILED')) || isQuarantined(transaction) ? ['Failed', 'RolledBack'] : ['Committed'];
}

function isQuarantined({ rows }: Transaction): boolean {
  const attempts = rows.flatMap(({ type, payload }) =>
    type === 'ATTEMPTED' ? [(payload as { readonly attempt: number }).attempt] : [],
  );
  const rewinds = rows.filter(({ type }) => type === 'STEP_REWOUND').length;
  return rewinds > MAX_ATTEMPTS || attempts.some((attempt) => attempt > MAX_ATTEMPTS);
}

function wronglyToldOfNothing(told: Told | null): readonly string[] {
  return told?.ok === true ? ['the client was told the end of nothing'] : unclear(told?.message);
}

/** Success only where there is one. A daemon that could not write its journal says that, and leaves the end to the next. */
function wronglyTold(told: Told | null, { view }: Transaction): readonly string[] {
  if (told === null) return [];
  if (told.id !== null && told.id !== view.id) return [`the client was told of ${told.id}, not of ${view.id}`];
  const isCommitted = view.state === 'Committed';
  if (told.ok === isCommitted || (isCommitted && told.message.includes('the journal'))) return [];
  return [`it ended ${view.state}, the client was told ok=${told.ok} (${told.message})`];
}

/** One line that is not about a bug of ours. */
function unclear(message: string | undefined): readonly string[] {
  if (message === undefined || message === '') return [];
  return message.includes('\n') || /internal error|undefined|\[object/.test(message)
    ? [`an error says ${JSON.stringify(message)}`]
    : [];
}
