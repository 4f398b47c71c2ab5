// What earlier transactions left in a sysroot: looked up at the start, to know whether a tidy-up is due.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TransactionId } from '../model/transaction.js';

const PLACES = ['ostree/apt-ostree/scratch', 'ostree/repo/refs/heads/apt-ostree/transaction'] as const;

/** Ids by the names of scratch directories and refs. */
export function leftovers(sysroot: string): readonly TransactionId[] {
  const names = PLACES.map((place) => join(sysroot, place)).flatMap((path) =>
    existsSync(path) ? readdirSync(path) : [],
  );
  return [...new Set(names)].filter((name): name is TransactionId => /^[0-9a-f]{32}$/.test(name));
}
