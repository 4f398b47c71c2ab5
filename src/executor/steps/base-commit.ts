// base.commit: the upgraded base becomes a commit of its own, on top of the one it was made of.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { baseOf, type Checksum } from '../../model/deployment.js';
import { PACKAGE_LIST_KEY, packageChanges } from '../../model/package-list.js';
import { upgradeMetadata } from '../base-upgrades.js';
import { originDeployment } from '../sandbox/origin-base.js';
import { upgradePaths, upgradeRef } from '../state-paths.js';
import type { FactsFor, GiftOf, StepContext, StepHandler } from '../step-handler.js';
import { carriedMetadata } from './tree-commit.js';

export const baseCommit: StepHandler<'base.commit'> = {
  async probe(facts, context) {
    const { revision, update, baseUpgrade } = facts;
    if (baseUpgrade === null) return { found: { revision, update } };
    const commit = context.sysroot.repo().resolve(upgradeRef(context.transaction));
    if (commit !== null) return { found: giftOf(commit, facts, context) };
    // the upper may be half consumed, or gone with the memory it was in
    return {
      rewindTo: 'base.assemble',
      reason: 'no commit of the base was written, and its scratch cannot be trusted',
    };
  },

  async perform(facts, context) {
    const { revision, update, baseUpgrade } = facts;
    if (baseUpgrade === null) return { gave: { revision, update } };
    return { gave: giftOf(writeCommit(facts, context), facts, context) };
  },

  async undo(_facts, { sysroot, transaction, paths }) {
    sysroot.repo().setRef(upgradeRef(transaction), null);
    const { scratch } = upgradePaths(paths);
    // the upper is renamed before it is consumed
    for (const name of ['upper', 'upper.spent']) await rm(join(scratch, name), { recursive: true, force: true });
  },
};

function writeCommit(
  { revision, baseUpgrade, baseFinished }: FactsFor<'base.commit'>,
  { sysroot, transaction, paths }: StepContext,
): Checksum {
  const repo = sysroot.repo();
  const base = revision.checksum;
  const facts = repo.commitFacts(base);
  const { scratch } = upgradePaths(paths);
  const { checksum } = repo.commitLayer({
    base,
    upper: join(scratch, 'upper'),
    ref: upgradeRef(transaction),
    parent: base,
    subject: `apt-ostree: ${baseUpgrade?.packages.length ?? 0} packages upgraded`,
    metadata: {
      ...carriedMetadata(facts.metadata),
      ...(baseFinished.kernel === null ? {} : { 'ostree.linux': baseFinished.kernel }),
      ...upgradeMetadata(base, facts),
      'apt-ostree.transaction': transaction,
      [PACKAGE_LIST_KEY]: baseFinished.packages,
    },
    timestampSeconds: null,
    consume: !existsSync(join(scratch, 'in-memory')),
  });
  return checksum;
}

/** What is layered from now on is layered on this. */
function giftOf(
  checksum: Checksum,
  { revision }: FactsFor<'base.commit'>,
  context: StepContext,
): GiftOf<'base.commit'> {
  const repo = context.sysroot.repo();
  const { version, timestampSeconds, metadata } = repo.commitFacts(checksum);
  const before = repo.commitFacts(baseOf(originDeployment(context)));
  const packages = packageChanges(before.metadata, metadata);
  return {
    revision: { ...revision, checksum, version },
    update: { checksum, version, timestampSeconds, packages },
  };
}
