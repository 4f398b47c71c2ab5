// How a case ended: what was there before and after it, what the journal says of it, and what the client was told.

import { DurableActor } from '../../src/actors/durable-actor.js';
import { isFinal, stateText } from '../../src/actors/transaction-view.js';
import type { EventRow, HistoryRow } from '../../src/journal/rows.js';
import type { JournalStore } from '../../src/journal/store.js';
import type { Deployment, DeploymentId } from '../../src/model/deployment.js';
import type { TransactionState, TransactionView } from '../../src/model/transaction.js';
import type { Lane } from './lane.js';
import type { Story } from './lives.js';
import { type Fingerprint, fingerprint } from './trees.js';

/** A lane before a case, or after it and so before the next. */
export interface Snapshot {
  readonly deployments: readonly Deployment[];
  /** Of the deployments' directories. */
  readonly fingerprints: ReadonlyMap<DeploymentId, Fingerprint>;
  readonly rows: number;
}

export function snapshot(lane: Lane): Snapshot {
  const deployments = lane.deployments();
  return {
    deployments,
    fingerprints: new Map(deployments.map(({ id, path }) => [id, fingerprint(path)])),
    rows: lane.journal((journal) => journal.verify().rows),
  };
}

export interface Ended {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly story: Story;
  /** How it must have ended; null where deaths decide. */
  readonly ends: TransactionState | null;
  /** Whether something was done to it that may make a step fail. */
  readonly mayFail: boolean;
}

export interface Outcome extends Ended {
  /** Null when not even its first row reached the disk. */
  readonly transaction: Transaction | null;
}

export interface Transaction {
  readonly view: TransactionView;
  readonly rows: readonly EventRow[];
  readonly history: HistoryRow;
}

export interface JournalRead {
  readonly transaction: Transaction | null;
  readonly wrong: readonly string[];
}

export function readJournal(journal: JournalStore, { before }: Ended): JournalRead {
  const { ok, firstBad } = journal.verify();
  const wrong = ok ? [] : [`journal row ${firstBad?.seq}: ${firstBad?.reason}`];
  const open = journal.openTransactions().map((id) => `transaction ${id} has not ended`);
  const [history, ...others] = journal.history({}).filter(({ firstSeq }) => firstSeq > before.rows);
  if (others.length > 0) wrong.push(`one request opened ${others.length + 1} transactions`);
  if (history === undefined) return { transaction: null, wrong: [...wrong, ...open] };
  const rows = journal.eventsOf(history.id);
  const view = resume(rows).view();
  return { transaction: { view, rows, history }, wrong: [...wrong, ...open, ...foldedWrong(rows, history)] };
}

/** The fold itself compares each row's state with where the events lead. */
function foldedWrong(rows: readonly EventRow[], history: HistoryRow): readonly string[] {
  const actor = resume(rows);
  const { state } = actor.view();
  return [
    ...(isFinal(actor.snapshot) ? [] : [`the journal ends in ${stateText(actor.snapshot)}`]),
    ...(state === history.state ? [] : [`events lead to ${state}, the history says ${history.state}`]),
    ...(history.lastSeq === rows.at(-1)?.seq ? [] : ['the history does not end with the last event']),
  ];
}

function resume(rows: readonly EventRow[]): DurableActor {
  const journal = {
    append: () => {
      throw new Error('nothing is written while looking');
    },
  };
  return DurableActor.resume(rows, { journal, bootId: '', now: () => 0, onEvent: () => undefined });
}
