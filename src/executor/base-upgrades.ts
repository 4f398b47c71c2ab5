// What a base that was upgraded here says of itself in its commit.

import type { CommitFacts, MetadataValue } from '../model/deployment.js';

/** Commit of the branch that it was made from, over any number of upgrades. */
export const BRANCH_COMMIT_KEY = 'apt-ostree.branch-commit';
const NUMBER_KEY = 'apt-ostree.upgrades';

type Metadata = Readonly<Record<string, MetadataValue>>;

/** 0 for a base as its branch has it. */
export function upgradeNumber(metadata: Metadata): number {
  const number = metadata[NUMBER_KEY];
  return typeof number === 'number' ? number : 0;
}

/** Metadata of the upgrade of BASE, whose checksum is given. */
export function upgradeMetadata(
  checksum: string,
  { version, metadata }: Pick<CommitFacts, 'version' | 'metadata'>,
): Metadata {
  const number = upgradeNumber(metadata) + 1;
  return {
    [BRANCH_COMMIT_KEY]: metadata[BRANCH_COMMIT_KEY] ?? checksum,
    [NUMBER_KEY]: number,
    // which one it is must be plain from the version alone
    ...(version === null ? {} : { version: `${version.replace(/\+\d+$/, '')}+${number}` }),
  };
}
