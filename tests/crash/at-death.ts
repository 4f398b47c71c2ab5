// What must hold the very moment a daemon died, before anything is mended: the machine may be switched on like this.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { EventRow } from '../../src/journal/rows.js';
import type { SomeFacts } from '../../src/model/facts.js';
import type { StepKind } from '../../src/model/steps.js';
import type { Opening } from '../../src/model/transaction.js';
import { Repo } from '../../src/native/repo.js';
import { unbootableEntries } from './bootable.js';
import { brokenTree } from './invariants.js';
import type { Lane } from './lane.js';
import type { Snapshot } from './outcome.js';

/** Something to boot, and no row that claims what is not there. */
export function violationsAtDeath(lane: Lane, before: Snapshot): readonly string[] {
  const rows = lane.journal((journal) => journal.events({ afterSeq: before.rows, limit: 10_000 }));
  return [...unbootable(lane, before), ...claimsTooMuch(lane, rows)].map((each) => `at the death: ${each}`);
}

function unbootable(lane: Lane, before: Snapshot): readonly string[] {
  const [first] = lane.deployments();
  if (first === undefined) return ['no deployment is left'];
  return [...unbootableEntries(lane), ...(before.fingerprints.has(first.id) ? [] : brokenTree(lane, first))];
}

/** Only while the transaction goes forward: an undo and a tidy-up take away what rows told of before. */
function claimsTooMuch(lane: Lane, rows: readonly EventRow[]): readonly string[] {
  const [opened] = rows;
  if (opened === undefined || rows.at(-1)?.state.startsWith('performing') !== true) return [];
  const { plan, id } = opened.payload as Opening;
  const rewound = rows.findLastIndex(({ type }) => type === 'STEP_REWOUND');
  const done = rows.slice(rewound + 1).filter(({ type }) => type === 'STEP_DONE');
  let known: SomeFacts = {};
  return done.flatMap(({ payload }) => {
    const { index, gave } = payload as { readonly index: number; readonly gave: SomeFacts };
    const kind = plan[index]?.kind;
    known = { ...known, ...gave };
    const isThere = kind === undefined || isOnDisk(kind, known, { lane, id });
    return isThere ? [] : [`the journal says that ${kind} was done, the disk does not`];
  });
}

function isOnDisk(
  kind: StepKind,
  known: SomeFacts,
  { lane, id }: { readonly lane: Lane; readonly id: string },
): boolean {
  if (kind === 'tree.commit' && known.commit !== undefined) {
    using repo = Repo.open(lane.repo);
    return repo.hasCommit(known.commit);
  }
  if (kind === 'deployment.write') return lane.deployments().some(({ origin }) => origin?.includes(id) === true);
  if (kind === 'deployments.reorder' || kind === 'deployments.remove') return isOrder(lane, known);
  if (kind === 'packages.fetch') return hasArchives(lane, known);
  return true;
}

function isOrder(lane: Lane, { order }: SomeFacts): boolean {
  const present = lane.deployments().map(({ id }) => id);
  return order !== undefined && present.join() === order.after.join();
}

function hasArchives({ archives }: Lane, { resolution }: SomeFacts): boolean {
  return (resolution?.packages ?? []).every(
    ({ sha256, sizeBytes }) => statSync(join(archives, `${sha256}.deb`), { throwIfNoEntry: false })?.size === sizeBytes,
  );
}
