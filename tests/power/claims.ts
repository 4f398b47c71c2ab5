// What the journal's rows say was done, held against the disk they lie on (J6).

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventRow } from '../../src/journal/rows.js';
import type { Deployment } from '../../src/model/deployment.js';
import type { SomeFacts } from '../../src/model/facts.js';
import type { StepKind } from '../../src/model/steps.js';
import type { Opening } from '../../src/model/transaction.js';
import type { Machine } from './machine.js';

/** Only while the transaction goes forward: an undo and a tidy-up take away what rows told of before. */
export function claimViolations(
  rows: readonly EventRow[],
  machine: Machine,
  deployments: readonly Deployment[],
): readonly string[] {
  const [opened] = rows;
  if (opened === undefined || rows.at(-1)?.state.startsWith('performing') !== true) return [];
  const { plan, id } = opened.payload as Opening;
  const done = rows.filter(({ type }) => type === 'STEP_DONE');
  const facts = done.reduce<SomeFacts>((all, { payload }) => Object.assign(all, giftOf(payload).gave), {});
  return done.flatMap(({ payload }) => {
    const kind = plan[giftOf(payload).index]?.kind;
    const isThere = kind === undefined || isOnDisk(kind, { facts, id, machine, deployments });
    return isThere ? [] : [`the journal says that ${kind} was done, the disk does not`];
  });
}

interface Gift {
  readonly index: number;
  readonly gave: SomeFacts;
}

function giftOf(payload: unknown): Gift {
  return payload as Gift;
}

interface Looked {
  readonly facts: SomeFacts;
  readonly id: string;
  readonly machine: Machine;
  readonly deployments: readonly Deployment[];
}

/** What another step would not notice the loss of. */
function isOnDisk(kind: StepKind, { facts, id, machine, deployments }: Looked): boolean {
  switch (kind) {
    case 'update.pull': {
      const commit = facts.revision?.checksum ?? '';
      return existsSync(join(machine.repo, 'objects', commit.slice(0, 2), `${commit.slice(2)}.commit`));
    }
    case 'packages.fetch': {
      const archives = facts.resolution?.packages ?? [];
      return archives.every(({ sha256 }) => existsSync(join(machine.own, 'archives', `${sha256}.deb`)));
    }
    case 'tree.commit':
      return facts.target?.layered === false || machine.refs().has(`heads/apt-ostree/transaction/${id}`);
    case 'deployment.write':
      return deployments.some(({ origin }) => origin?.includes(id) === true);
    case 'deployments.reorder':
    case 'deployments.remove':
      return deployments.map((each) => each.id).join() === facts.order?.after.join();
    default:
      return true;
  }
}
