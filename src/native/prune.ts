// Removes objects that nothing reaches any more.

import type { Pointer, Slot } from './foreign.js';
import { attempt } from './gerror.js';
import { call } from './libraries.js';
import { type Owned, ownHashTable } from './ownership.js';

export interface PruneResult {
  readonly objects: number;
  readonly freedBytes: number;
}

const REFS_ONLY = 1 << 1;

/** Keeps what refs reach, without the history behind them. */
export function pruneRepo(repo: Owned<'OstreeRepo'>): PruneResult {
  const [total, pruned, freed] = slots();
  attempt('prune the repo', 'ostree_repo_prune', repo.pointer, REFS_ONLY, 0, total, pruned, freed, null);
  return resultOf(pruned, freed);
}

/** Keeps what refs and deployments reach. */
export function pruneSysroot(sysroot: Pointer<'OstreeSysroot'>): PruneResult {
  using reachable = ownHashTable(call('ostree_repo_traverse_new_reachable'));
  const options = { flags: REFS_ONLY, reachable: reachable.pointer };
  const [total, pruned, freed] = slots();
  attempt('prune the repo', 'ostree_sysroot_cleanup_prune_repo', sysroot, options, total, pruned, freed, null);
  return resultOf(pruned, freed);
}

type IntegerSlot = Slot<number | bigint>;

function slots(): readonly [IntegerSlot, IntegerSlot, IntegerSlot] {
  return [[0], [0], [0]];
}

function resultOf(pruned: IntegerSlot, freed: IntegerSlot): PruneResult {
  return { objects: Number(pruned[0]), freedBytes: Number(freed[0]) };
}
