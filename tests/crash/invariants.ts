// What must be true after every case, whatever was killed: each violation is one line.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment, DeploymentId } from '../../src/model/deployment.js';
import type { TransactionView } from '../../src/model/transaction.js';
import { unbootableEntries } from './bootable.js';
import { wrongCourse } from './course.js';
import type { Lane } from './lane.js';
import { leftovers } from './leftovers.js';
import { type Ended, type Outcome, readJournal } from './outcome.js';
import { otherTree } from './same-trees.js';
import { firstDifference, missingFiles } from './trees.js';
import { wrongEnd } from './wrong-end.js';

export function violations(lane: Lane, ended: Ended): readonly string[] {
  const { transaction, wrong } = lane.journal((journal) => readJournal(journal, ended));
  const outcome = { ...ended, transaction };
  return [
    ...wrong,
    ...wrongEnd(outcome),
    ...wrongDeployments(outcome),
    ...changedTrees(outcome),
    ...brokenTrees(lane, outcome),
    ...unbootableEntries(lane),
    ...wrongStatus(outcome),
    ...wrongCourse(ended.story.trace, ended.after.rows - ended.before.rows),
    ...leftovers(lane, ended.story.trace),
  ];
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
  return [...before.fingerprints].flatMap(([id, then]) => {
    const now = after.fingerprints.get(id);
    const difference = now === undefined ? null : firstDifference(then, now);
    return difference === null ? [] : [`${short(id)} has changed at ${difference}`];
  });
}

/** Those that were there before were looked at then, and have not changed. */
function brokenTrees(lane: Lane, { before, after }: Outcome): readonly string[] {
  const fresh = after.deployments.filter(({ id }) => !before.fingerprints.has(id));
  return fresh.flatMap((each) => [...brokenTree(lane, each), ...otherTree(lane, each)]);
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
