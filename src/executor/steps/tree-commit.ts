// tree.commit: the overlay's upper directory becomes a commit on top of the base, at a cost that follows the change.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checksum, MetadataValue } from '../../model/deployment.js';
import type { Facts } from '../../model/facts.js';
import { parseOrigin } from '../../model/origin.js';
import { transactionRef } from '../state-paths.js';
import type { FactsFor, StepContext, StepHandler } from '../step-handler.js';

export const treeCommit: StepHandler<'tree.commit'> = {
  async probe({ target }, { sysroot, transaction, paths }) {
    if (!target.layered) return { found: { commit: target.base } };
    const commit = sysroot.repo().resolve(transactionRef(transaction));
    if (commit !== null) return { found: { commit } };
    // the upper may be half consumed, or gone with the memory it was in
    return { rewindTo: 'tree.assemble', reason: `no commit was written, and ${paths.scratch} cannot be trusted` };
  },

  async perform(facts, context) {
    const { target } = facts;
    if (!target.layered) return { gave: { commit: target.base } };
    return { gave: { commit: writeCommit(facts, context) } };
  },

  async undo(_facts, { sysroot, transaction, paths }) {
    sysroot.repo().setRef(transactionRef(transaction), null);
    // the upper is renamed before it is consumed
    for (const name of ['upper', 'upper.spent']) await rm(join(paths.scratch, name), { recursive: true, force: true });
  },
};

function writeCommit(
  { target, resolution }: FactsFor<'tree.commit'>,
  { sysroot, transaction, paths }: StepContext,
): Checksum {
  const repo = sysroot.repo();
  const base = repo.commitFacts(target.base);
  const { checksum } = repo.commitLayer({
    base: target.base,
    upper: join(paths.scratch, 'upper'),
    ref: transactionRef(transaction),
    parent: target.base,
    subject: `apt-ostree: ${resolution.packages.length} packages on ${target.base.slice(0, 12)}`,
    metadata: {
      ...carriedMetadata(base.metadata),
      ...(base.version === null ? {} : { version: base.version, 'apt-ostree.base-version': base.version }),
      'apt-ostree.clientlayer': true,
      'apt-ostree.transaction': transaction,
      'apt-ostree.base-checksum': target.base,
      'apt-ostree.base-timestamp': base.timestampSeconds,
      'apt-ostree.packages': requestedNames({ target }),
      'apt-ostree.layered': resolution.packages.map(
        ({ name, version, architecture }) => `${name} ${version} ${architecture}`,
      ),
      'apt-ostree.plan-hash': resolution.planHash,
    },
    timestampSeconds: null,
    consume: isOnDisk(paths.scratch),
  });
  return checksum;
}

/** What makes a base bootable and what says when it ends is true of a layer on it, too. */
export function carriedMetadata(
  metadata: Readonly<Record<string, MetadataValue>>,
): Readonly<Record<string, MetadataValue>> {
  const names = ['ostree.bootable', 'ostree.linux', 'rpmostree.endoflife', 'apt-ostree.endoflife'];
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => names.includes(name)));
}

function requestedNames({ target }: Pick<Facts, 'target'>): readonly string[] {
  const origin = parseOrigin(target.origin);
  return [...origin.requested, ...origin.requestedLocal];
}

/** A scratch in memory is marked by the assembly; its files are copied, not moved, into the repo. */
function isOnDisk(scratch: string): boolean {
  return !existsSync(join(scratch, 'in-memory'));
}
