// Removes what belongs to final transactions, and nothing else: scratch, refs, base checkouts, deployments past retention.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { baseOf, type Deployment, type DeploymentId } from '../model/deployment.js';
import type { TransactionId } from '../model/transaction.js';
import { transactionOf } from './deployment-origin.js';
import { unmountBelow } from './sandbox/mounts.js';
import { removeTree } from './sandbox/remove-tree.js';
import { BASE_REFS, baseRef, TRANSACTION_REFS, transactionRef, UPGRADE_REFS } from './state-paths.js';
import type { StepContext } from './step-handler.js';

export interface TidyUp {
  /** Transactions that are not final. */
  readonly keep: readonly TransactionId[];
  /** Transactions whose deployment is staged. */
  readonly staged: readonly TransactionId[];
  /** Whether deployments past retention are dropped. */
  readonly trim: boolean;
}

/** Idempotent: whatever a crash leaves of it, the next call removes. */
export async function tidy({ sysroot, paths }: StepContext, { keep, staged, trim }: TidyUp): Promise<void> {
  const repo = sysroot.repo();
  if (trim) {
    const order = retained(sysroot.deployments());
    if (order.length < sysroot.deployments().length) sysroot.writeOrder(order);
  }
  const bases = new Set(sysroot.deployments().map(baseOf));
  for (const base of bases) if (repo.hasCommit(base)) repo.setRef(baseRef(base), base);
  // what is staged is gone with the power, unless something else holds its commit
  for (const each of sysroot.deployments()) {
    const id = each.staged ? staged.find((other) => other === transactionOf(each)) : undefined;
    if (id !== undefined) repo.setRef(transactionRef(id), each.checksum);
  }
  const kept = [...keep, ...staged];
  for (const ref of repo.refs('apt-ostree').keys()) if (isStale(ref, kept, bases)) repo.setRef(ref, null);
  await removeExcept(join(paths.own, 'scratch'), keep);
  await removeExcept(paths.bases, [...bases]);
  // parts of downloads are for the next try of the same transaction
  await removeExcept(join(paths.archives, 'partial'), []);
  sysroot.cleanup();
}

/** rpm-ostree's retention: booted, staged and pinned ones, the default, and one to go back to; per stateroot. */
export function retained(deployments: readonly Deployment[]): readonly DeploymentId[] {
  const keep = (each: Deployment) => {
    const ours = deployments.filter(({ stateroot }) => stateroot === each.stateroot);
    const booted = ours.findIndex((other) => other.booted);
    const position = ours.indexOf(each);
    return each.booted || each.staged || each.pinned || position === 0 || position === Math.max(booted, 0) + 1;
  };
  return deployments.filter(keep).map(({ id }) => id);
}

/** Of our own kinds only: whatever else lies beside them is somebody else's. */
function isStale(ref: string, keep: readonly string[], bases: ReadonlySet<string>): boolean {
  const [, kind, name] = /^(.*)\/([^/]+)$/.exec(ref) ?? [];
  if (name === undefined) return false;
  if (kind === TRANSACTION_REFS || kind === UPGRADE_REFS) return !keep.includes(name);
  return kind === BASE_REFS && !bases.has(name);
}

async function removeExcept(directory: string, keep: readonly string[]): Promise<void> {
  if (!existsSync(directory)) return;
  for (const name of await readdir(directory)) {
    if (keep.includes(name)) continue;
    // this very executor may have assembled there, in memory of its own
    await unmountBelow(join(directory, name));
    await removeTree(join(directory, name));
  }
}
