// Methods of the Journal interface: pages of rows as JSON, bounded in number and length.

import type { Engine } from '../actors/engine.js';
import { AptOstreeError } from '../model/errors.js';
import { callerOf } from './begin.js';
import type { MethodsOf } from './dispatcher.js';
import type { Gate } from './gate.js';
import type { JOURNAL_INTERFACE } from './members.js';
import { readOptions } from './options.js';
import type { VarDict } from './wire/value.js';

export const MAX_ROWS = 1000;
const DEFAULT_ROWS = 100;
/** Of one reply; a single longer row is sent all the same. */
const MAX_CHARACTERS = 2 * 1024 * 1024;

export function journalMethods(engine: Engine, gate: Gate): MethodsOf<typeof JOURNAL_INTERFACE> {
  return {
    ListTransactions: ({ filter }) => {
      const options = readOptions('ListTransactions', HISTORY, filter);
      return { transactions: page(engine.history(historyFilter('ListTransactions', options))) };
    },
    ListEvents: ({ filter }) => ({ events: page(engine.events(eventFilter(filter))) }),
    Verify: async () => {
      const result = await engine.verify();
      return { ok: result.ok && result.history === null, result: JSON.stringify(result) };
    },
    Prune: async ({ options }, { peer, interactive }) => {
      const order = pruneOrder(options);
      const caller = await callerOf(peer, null);
      const authorizations = await gate.check({
        peer,
        // like a clean-up it removes what is not needed any more, and the seed's list of actions is closed
        actions: ['cleanup'],
        what: 'prune the journal',
        details: { summary: 'prune the journal', operation: 'prune', 'command-line': caller.commandLine ?? '' },
        interactive,
      });
      return { result: JSON.stringify(await engine.prune({ ...order, caller, authorizations })) };
    },
  };
}

const HISTORY = { since: 't', until: 't', uid: 'u', package: 's', kind: 's', outcome: 's', limit: 'u' } as const;
const EVENTS = { ...HISTORY, transaction: 's', after: 't', 'newest-first': 'b' } as const;

const PRUNE = { keep: 'u', 'keep-days': 'u' } as const;

function pruneOrder(options: VarDict): { readonly keep: number | null; readonly keepDays: number | null } {
  const { keep, 'keep-days': keepDays } = readOptions('Prune', PRUNE, options);
  if (keep === undefined && keepDays === undefined)
    throw new AptOstreeError('invalid-argument', 'cannot call Prune: neither keep nor keep-days is given');
  return { keep: keep ?? null, keepDays: keepDays ?? null };
}

function eventFilter(filter: VarDict) {
  const { transaction, after, 'newest-first': newestFirst, ...options } = readOptions('ListEvents', EVENTS, filter);
  return {
    ...historyFilter('ListEvents', options),
    ...(transaction === undefined ? {} : { transaction }),
    ...(after === undefined ? {} : { afterSeq: Number(after) }),
    ...(newestFirst === undefined ? {} : { newestFirst }),
  };
}

function historyFilter(
  method: string,
  { since, until, limit = DEFAULT_ROWS, ...rest }: ReturnType<typeof readOptions<typeof HISTORY>>,
) {
  if (limit < 1 || limit > MAX_ROWS)
    throw new AptOstreeError('invalid-argument', `cannot call ${method}: limit ${limit} is not from 1 to ${MAX_ROWS}`);
  return {
    ...rest,
    limit,
    ...(since === undefined ? {} : { sinceMs: Number(since) }),
    ...(until === undefined ? {} : { untilMs: Number(until) }),
  };
}

/** As many rows as fit. */
function page(rows: readonly unknown[]): readonly string[] {
  const texts: string[] = [];
  let characters = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    characters += text.length;
    if (texts.length > 0 && characters > MAX_CHARACTERS) break;
    texts.push(text);
  }
  return texts;
}
