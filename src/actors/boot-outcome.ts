// What became of a staged deployment: told from the boot id and the booted deployment at a later start. Pure.

import type { Deployment } from '../model/deployment.js';
import type { TransactionEvent, TransactionView } from '../model/transaction.js';

/** Null while the machine has not rebooted since the staging and the deployment is still staged, or while it does not run at all. */
export function bootEvent(
  view: TransactionView,
  now: { readonly bootId: string; readonly deployments: readonly Deployment[] },
): Extract<TransactionEvent, { type: 'BOOTED' }> | null {
  const staged = view.facts.deployment;
  if (staged === undefined) return null;
  const booted = now.deployments.find((each) => each.booted) ?? null;
  const told = (what: 'booted-it' | 'booted-another' | 'superseded' | 'lost') =>
    ({ type: 'BOOTED', what, bootId: now.bootId, checksum: booted?.checksum ?? null }) as const;
  const ours = now.deployments.find((each) => each.id === staged.id || hasTransaction(each, view.id)) ?? null;
  if (now.bootId === staged.bootId) return ours === null ? told('superseded') : null;
  // whoever looks at the disk of a machine that is off cannot know what it will boot
  if (booted === null) return null;
  if (ours?.booted === true) return told('booted-it');
  return told(ours === null ? 'lost' : 'booted-another');
}

/** The serial may differ once it is finalized; the transaction's id in the origin does not. */
function hasTransaction({ origin }: Deployment, transaction: string): boolean {
  return origin?.split('\n').some((line) => line.trim() === `transaction=${transaction}`) ?? false;
}
