// The same packages on the same base make the same tree: an error that was swallowed on the way would make another one.

import type { Deployment } from '../../src/model/deployment.js';
import type { Lane } from './lane.js';
import { ostree } from './small-base.js';

/** By base and packages, the tree of the first deployment seen, and that was made undisturbed. */
const TREES = new Map<string, string>();

export function otherTree(lane: Lane, { checksum, commit, id }: Deployment): readonly string[] {
  const { 'apt-ostree.base-checksum': base, 'apt-ostree.packages': packages } = commit.metadata;
  if (base === undefined) return [];
  const key = `${String(base)} ${String(packages)}`;
  const tree = ostree('ls', `--repo=${lane.repo}`, '-d', '-C', checksum, '/').trim();
  const known = TREES.get(key);
  if (known === undefined) TREES.set(key, tree);
  return known === undefined || known === tree
    ? []
    : [`the tree of ${id} is not that of others with ${String(packages)}`];
}
