// The journal as a whole: whether it is true, and what of it is not needed any more.

import type { Logger } from 'pino';
import { JOURNAL_ITSELF, type Pruned } from '../journal/anchor.js';
import type { EventRow, PruneResult, VerifyResult } from '../journal/rows.js';
import type { JournalStore } from '../journal/store.js';
import type { Authorization, Caller } from '../model/caller.js';
import type { Deployment } from '../model/deployment.js';
import { AptOstreeError, failureOf } from '../model/errors.js';
import type { TransactionId } from '../model/transaction.js';
import { checkHistory, checkHistoryAtOnce } from './history-check.js';

export interface PruneOrder {
  /** Transactions that stay, newest first; null for no such limit. */
  readonly keep: number | null;
  /** Days for which transactions stay; null for no such limit. */
  readonly keepDays: number | null;
  readonly caller: Caller;
  readonly authorizations: readonly Authorization[];
}

export interface KeeperSurroundings {
  readonly journal: JournalStore;
  readonly bootId: string;
  readonly now: () => number;
  readonly log: Logger;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** No machine changes its state in these rows. */
const NO_MACHINE = 0;

export class JournalKeeper {
  readonly #surroundings: KeeperSurroundings;

  constructor(surroundings: KeeperSurroundings) {
    this.#surroundings = surroundings;
  }

  /** The chain, and where it holds the derived tables as well. @throws journal-broken */
  async verify(): Promise<VerifyResult> {
    const { journal, log } = this.#surroundings;
    const chain = journal.verify();
    const history = chain.ok ? await checkHistory(journal) : null;
    if (history !== null) log.warn(history, 'the history did not agree with the events');
    return { ...chain, history };
  }

  /** Before anything is asked of the derived tables: programs that do not know them may have written events. */
  mendHistory(): void {
    const { journal, log } = this.#surroundings;
    if (!journal.historyIsBehind()) return;
    const mended = checkHistoryAtOnce(journal);
    if (mended !== null) log.warn(mended, 'the history was behind the events');
  }

  /**
   * Nothing is taken away of a journal that does not verify: that would destroy what shows it.
   * @throws journal-broken, no-space
   */
  prune(
    order: PruneOrder,
    deployments: readonly Deployment[],
  ): { readonly row: EventRow | null; readonly result: PruneResult } {
    const { journal, bootId, now, log } = this.#surroundings;
    const { keep, keepDays, caller, authorizations } = order;
    const sinceMs = keepDays === null ? null : now() - keepDays * DAY_MS;
    const found = journal.prunable({ keep, sinceMs, needed: deployments.flatMap(transactionsNamed) });
    if (found === null) return { row: null, result: { rows: 0, transactions: 0, first: firstRow(journal) } };
    const payload: Pruned = { ...found, commandLine: caller.commandLine };
    const row = journal.prune(
      {
        transaction: JOURNAL_ITSELF,
        type: 'PRUNED',
        payload,
        machineVersion: NO_MACHINE,
        state: 'pruned',
        uid: caller.uid,
        pid: caller.pid,
        client: caller.client,
        authorization: authorizations.map(({ action, answer }) => `${action}=${answer}`).join(' '),
        bootId,
        wallTimeMs: now(),
      },
      found,
    );
    log.info({ rows: found.rows, transactions: found.transactions }, 'the journal was pruned');
    this.#shrink();
    return { row, result: { rows: found.rows, transactions: found.transactions, first: found.seq + 1 } };
  }

  /** Where it does not work, later rows use the space. */
  #shrink(): void {
    const { journal, log } = this.#surroundings;
    try {
      journal.shrink();
    } catch (error) {
      log.warn({ reason: failureOf(error).message }, 'the space of pruned rows is not given back yet');
    }
  }
}

/** @throws journal-broken naming what `verify` found */
export function refuseUntrue({ ok, firstBad }: VerifyResult): void {
  if (!ok)
    throw new AptOstreeError(
      'journal-broken',
      `cannot prune: the journal does not verify (row ${firstBad?.seq ?? 0}: ${firstBad?.reason ?? 'unknown'}), and its rows show that`,
    );
}

function firstRow(journal: JournalStore): number {
  return journal.events({ limit: 1 })[0]?.seq ?? 0;
}

/** A deployment's story is kept as long as the deployment. */
function transactionsNamed({ origin }: Deployment): readonly TransactionId[] {
  return [...(origin ?? '').matchAll(/^\s*transaction\s*=\s*([0-9a-f]{32})\s*$/gm)].map(
    ([, id]) => id as TransactionId,
  );
}
