// Where things lie in a sysroot: everything the executor makes is found again from these names and a transaction's id.

import { join } from 'node:path';
import type { Stateroot } from '../model/deployment.js';
import type { TransactionId } from '../model/transaction.js';

export interface StatePaths {
  readonly sysroot: string;
  readonly repo: string;
  /** Ours, on the repo's filesystem and mount, so that commits can link and rename from it. */
  readonly own: string;
  /** Scratch of this transaction. */
  readonly scratch: string;
  /** Hardlink checkouts of base commits, `bases/CHECKSUM`, used as overlay lower. */
  readonly bases: string;
  /** Package archives by SHA-256: `archives/SHA256.deb`. */
  readonly archives: string;
  /** The stateroot's /var. */
  readonly var: string;
  /** apt's indexes, in the stateroot's real /var. */
  readonly aptLists: string;
  readonly aptCache: string;
  /** Held as a flock by the executor and inherited by its children: free means nothing of an executor is alive. */
  readonly executorLock: string;
}

export function statePaths(sysroot: string, stateroot: Stateroot, transaction: TransactionId): StatePaths {
  const own = join(sysroot, 'ostree/apt-ostree');
  const realVar = join(sysroot, 'ostree/deploy', stateroot, 'var');
  return {
    sysroot,
    repo: join(sysroot, 'ostree/repo'),
    own,
    scratch: join(own, 'scratch', transaction),
    bases: join(own, 'bases'),
    archives: join(own, 'archives'),
    var: realVar,
    aptLists: join(realVar, 'lib/apt/lists'),
    aptCache: join(realVar, 'cache/apt'),
    executorLock: join(own, 'executor.lock'),
  };
}

export const TRANSACTION_REFS = 'apt-ostree/transaction';
export const BASE_REFS = 'apt-ostree/base';

/** Ref that keeps the base commit of a layered deployment from being pruned. */
export function baseRef(base: string): string {
  return `${BASE_REFS}/${base}`;
}

export const UPGRADE_REFS = 'apt-ostree/upgrade';

/** Ref that keeps the base that a transaction made until a deployment does; also how it is found again. */
export function upgradeRef(transaction: TransactionId): string {
  return `${UPGRADE_REFS}/${transaction}`;
}

/** The same transaction's place for the base it makes, beside what it layers on that. */
export function upgradePaths(paths: StatePaths): StatePaths {
  return { ...paths, scratch: join(paths.scratch, 'upgrade') };
}

/** Ref that keeps a transaction's commit until a deployment does; also how the commit is found again. */
export function transactionRef(transaction: TransactionId): string {
  return `${TRANSACTION_REFS}/${transaction}`;
}
