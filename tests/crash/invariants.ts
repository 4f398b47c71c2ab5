// What must be true after every case, whatever was killed: each violation is one line.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DurableActor } from '../../src/actors/durable-actor.js';
import { isFinal, stateText } from '../../src/actors/transaction-view.js';
import type { EventRow, HistoryRow } from '../../src/journal/rows.js';
import type { JournalStore } from '../../src/journal/store.js';
import type { Deployment, DeploymentId } from '../../src/model/deployment.js';
import type { TransactionState, TransactionView } from '../../src/model/transaction.js';
import type { Lane } from './lane.js';
import { leftovers } from './leftovers.js';
import type { Story } from './lives.js';
import { fingerprint, missingFiles } from './trees.js';

/** A lane before a case, or after it and so before the next. */
export interface Snapshot {
  readonly deployments: readonly Deployment[];
  /** Digests of the deployments' directories. */
  readonly fingerprints: ReadonlyMap<DeploymentId, string>;
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
}

export function violations(lane: Lane, ended: Ended): readonly string[] {
  const { transaction, wrong } = lane.journal((journal) => readJournal(journal, ended));
  const outcome = { ...ended, transaction };
  return [
    ...wrong,
    ...wrongEnd(outcome),
    ...wrongDeployments(outcome),
    ...changedTrees(outcome),
    ...brokenTrees(lane, outcome),
    ...wrongStatus(outcome),
    ...leftovers(lane, ended.story.trace),
  ];
}

interface Transaction {
  readonly view: TransactionView;
  readonly rows: readonly EventRow[];
  readonly history: HistoryRow;
}

interface Outcome extends Ended {
  /** Null when not even its first row reached the disk. */
  readonly transaction: Transaction | null;
}

function readJournal(
  journal: JournalStore,
  { before }: Ended,
): { readonly transaction: Transaction | null; readonly wrong: readonly string[] } {
  const { ok, firstBad } = journal.verify();
  const wrong = ok ? [] : [`journal row ${firstBad?.seq}: ${firstBad?.reason}`];
  const open = journal.openTransactions().map((id) => `transaction ${id} has not ended`);
  const [history, ...others] = journal.history({}).filter(({ firstSeq }) => firstSeq > before.rows);
  if (others.length > 0) wrong.push(`one request opened ${others.length + 1} transactions`);
  if (history === undefined) return { transaction: null, wrong: [...wrong, ...open] };
  const rows = journal.eventsOf(history.id);
  return { transaction: { ...folded(rows), rows, history }, wrong: [...wrong, ...open, ...foldedWrong(rows, history)] };
}

/** The fold itself compares each row's state with where the events lead. */
function folded(rows: readonly EventRow[]): { readonly view: TransactionView } {
  return { view: resume(rows).view() };
}

function foldedWrong(rows: readonly EventRow[], history: HistoryRow): readonly string[] {
  const { snapshot: folding } = resume(rows);
  const { view } = folded(rows);
  return [
    ...(isFinal(folding) ? [] : [`the journal ends in ${stateText(folding)}`]),
    ...(view.state === history.state ? [] : [`events lead to ${view.state}, the history says ${history.state}`]),
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

/** Deaths of daemon and executor change nothing in how it ends; that of a program it runs may make a step fail. */
function wrongEnd({ transaction, story, ends }: Outcome): readonly string[] {
  if (transaction === null) return story.told === null ? [] : ['the client was told an end of nothing'];
  const { state, failure } = transaction.view;
  const has = (type: string) => transaction.rows.some((row) => row.type === type);
  const expected =
    ends !== null
      ? [ends]
      : expectedEnds({ started: has('START'), cancelled: has('CANCEL'), failed: has('STEP_FAILED') });
  const wrong = expected.includes(state)
    ? []
    : [`it ended ${state} (${failure?.message ?? 'no failure'}), not ${expected.join(' or ')}`];
  const { told } = story;
  if (told !== null && told.ok !== (state === 'Committed'))
    wrong.push(`it ended ${state}, the client was told ok=${told.ok}`);
  return wrong;
}

interface Course {
  readonly started: boolean;
  readonly cancelled: boolean;
  readonly failed: boolean;
}

/** As its rows say: a failure or a cancel that did not reach the disk has not happened. */
function expectedEnds({ started, cancelled, failed }: Course): readonly TransactionState[] {
  if (!started || cancelled) return ['Cancelled'];
  return failed ? ['Failed', 'RolledBack'] : ['Committed'];
}

/** The new list when it is committed, else the old one; at most one deployment of the transaction. */
function wrongDeployments({ transaction, before, after }: Outcome): readonly string[] {
  const old = before.deployments.map(({ id }) => id);
  const now = after.deployments.map(({ id }) => id);
  const committed = transaction?.view.state === 'Committed' ? transaction.view : null;
  const ours = after.deployments.filter(
    ({ origin }) => transaction !== null && hasTransaction(origin, transaction.view.id),
  );
  const wrong = ours.length > 1 ? [`${ours.length} deployments of one transaction`] : [];
  if (now.length === 0) return ['no deployment is left'];
  const expected = expectedOrder(old, committed);
  if (expected.every((allowed) => allowed.join() !== now.join()))
    wrong.push(`deployments are [${now.map(short)}], not [${expected.map((each) => each.map(short)).join('] or [')}]`);
  return wrong;
}

/** Retention keeps two; a tidy-up that was killed leaves it to the next transaction's. */
function expectedOrder(
  old: readonly DeploymentId[],
  committed: TransactionView | null,
): readonly (readonly DeploymentId[])[] {
  const { deployment, order } = committed?.facts ?? {};
  if (committed === null || committed.unchanged !== null) return [old];
  if (deployment !== undefined)
    return [
      [deployment.id, ...old.slice(0, 1)],
      [deployment.id, ...old],
    ];
  return [order?.after ?? old];
}

function hasTransaction(origin: string | null, id: string): boolean {
  return origin?.split('\n').includes(`transaction=${id}`) === true;
}

function short(id: DeploymentId): string {
  return id.replace(/^.*-([0-9a-f]{8})[0-9a-f]*/, '$1');
}

/** Whatever was deployed before and still is, is byte for byte the same. */
function changedTrees({ before, after }: Outcome): readonly string[] {
  return [...before.fingerprints].flatMap(([id, digest]) => {
    const now = after.fingerprints.get(id);
    return now === undefined || now === digest ? [] : [`the files of ${short(id)} have changed`];
  });
}

/** Those that were there before were looked at then, and have not changed. */
function brokenTrees(lane: Lane, { before, after }: Outcome): readonly string[] {
  const fresh = after.deployments.filter(({ id }) => !before.fingerprints.has(id));
  return fresh.flatMap((each) => brokenTree(lane, each));
}

export function brokenTree(lane: Lane, deployment: Deployment): readonly string[] {
  const name = short(deployment.id);
  const missing = missingFiles(deployment, lane.repo);
  const wrong = missing.length === 0 ? [] : [`${name} lacks ${missing.length} files, as ${missing[0]}`];
  const requested = /^requested=(.*);$/m.exec(deployment.origin ?? '')?.[1]?.split(';') ?? [];
  const absent = requested.filter((each) => !existsSync(join(deployment.path, 'usr/lib', each, 'made')));
  if (absent.length > 0) wrong.push(`${name} asks for ${absent} and does not have it`);
  if (!existsSync(join(deployment.path, 'etc/passwd'))) wrong.push(`${name} has no /etc`);
  return wrong;
}

/** What the last daemon said is what is on disk. */
function wrongStatus({ story, after, transaction }: Outcome): readonly string[] {
  const said: readonly string[] = story.status.deployments.map(({ id }) => id);
  const is = after.deployments.map(({ id }) => id);
  // the tidy-up after the answer takes old ones away
  const isSame = said[0] === is[0] && said.filter((id) => is.some((each) => each === id)).join() === is.join();
  const wrong = isSame ? [] : ['status names other deployments than there are'];
  if (story.status.transaction !== null) wrong.push('status names an active transaction');
  const deployment = transaction?.view.state === 'Committed' ? transaction.view.facts.deployment : undefined;
  if (deployment !== undefined && !after.deployments.some(({ id }) => id === deployment.id))
    wrong.push('the journal claims a deployment that is not there');
  return wrong;
}
