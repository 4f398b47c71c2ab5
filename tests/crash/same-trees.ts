// The same packages on the same base make the same tree: an error that was swallowed on the way would make another one.

import type { Deployment } from '../../src/model/deployment.js';
import type { Lane } from './lane.js';
import { ostree } from './small-base.js';

interface Tree {
  readonly checksums: string;
  /** A line for each entry. */
  readonly entries: ReadonlySet<string>;
}

/** By base and packages, the tree of the first deployment seen, and that was made undisturbed. */
const TREES = new Map<string, Tree>();
/** Entries that a failure names. */
const NAMED = 5;

export function otherTree(lane: Lane, { checksum, commit, id }: Deployment): readonly string[] {
  const { 'apt-ostree.base-checksum': base, 'apt-ostree.packages': packages } = commit.metadata;
  if (base === undefined) return [];
  const key = `${String(base)} ${String(packages)}`;
  const checksums = ostree('ls', `--repo=${lane.repo}`, '-d', '-C', checksum, '/').trim();
  const known = TREES.get(key);
  if (known?.checksums === checksums) return [];
  const entries = new Set(ostree('ls', `--repo=${lane.repo}`, '-R', '-C', checksum, '/').split('\n'));
  if (known === undefined) {
    TREES.set(key, { checksums, entries });
    return [];
  }
  return [`the tree of ${id} is not that of others with ${String(packages)}: ${difference(known.entries, entries)}`];
}

function difference(known: ReadonlySet<string>, entries: ReadonlySet<string>): string {
  const of = (sign: string, some: ReadonlySet<string>, others: ReadonlySet<string>) =>
    // directories differ with what is in them
    [...some].filter((entry) => !others.has(entry) && !entry.startsWith('d')).map((entry) => `${sign} ${entry}`);
  return [...of('-', known, entries), ...of('+', entries, known)].slice(0, NAMED).join('; ');
}
