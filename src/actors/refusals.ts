// What the engine says when it does not begin a transaction, or cannot go on.

import type { Deployment } from '../model/deployment.js';
import { AptOstreeError } from '../model/errors.js';
import type { Request } from '../model/request.js';
import type { EngineSnapshot, TransactionView } from '../model/transaction.js';

/** @throws no-such-stateroot, invalid-argument: requests that this sysroot can never serve */
export function refuseImpossible(
  request: Request,
  has: {
    readonly sysroot: string;
    readonly stateroots: () => readonly string[];
    readonly deployments: readonly Deployment[];
  },
): void {
  if (!has.stateroots().includes(request.stateroot))
    throw new AptOstreeError('no-such-stateroot', `cannot find stateroot ${JSON.stringify(request.stateroot)}`);
  if (asksForReboot(request) && !has.deployments.some(({ booted }) => booted))
    throw new AptOstreeError(
      'invalid-argument',
      `cannot reboot after it: the sysroot ${has.sysroot} does not run this machine`,
    );
}

/** @throws journal-broken, transaction-active: nothing can be changed now */
export function refuseUnlessReady({ state, broken }: EngineSnapshot): void {
  if (state === 'broken') throw new AptOstreeError('journal-broken', refusal(broken ?? 'the engine is broken'));
  if (state === 'recovering')
    throw new AptOstreeError('transaction-active', 'cannot begin yet: the daemon is recovering');
}

function refusal(reason: string): string {
  if (!reason.startsWith('cannot ')) return `cannot change anything: ${reason}`;
  return `${reason}; mend that and restart apt-ostreed, until then nothing can be changed`;
}

/** What cannot be recorded any further, as it is shown: whoever waits for its end would wait in vain. */
export function stuck(view: TransactionView, reason: string): TransactionView {
  if (view.final) return view;
  const message = `${reason}; ${view.title} goes on when apt-ostreed is started again`;
  return { ...view, final: true, failure: { code: 'journal-broken', message } };
}

export function asksForReboot(request: Request): boolean {
  return 'reboot' in request && request.reboot;
}

export function busy(running: TransactionView): AptOstreeError {
  const { id, title, caller } = running;
  return new AptOstreeError(
    'transaction-active',
    `cannot begin: transaction in progress: ${title} (${id}, uid ${caller.uid}); wait for it, or end it with "apt-ostree cancel"`,
  );
}

export function undoFailed(view: TransactionView): AptOstreeError {
  const why = view.failure?.message ?? 'unknown';
  return new AptOstreeError(
    'undo-failed',
    `transaction ${view.id} (${view.title}) is half undone: ${why}; mend that and restart apt-ostreed, which tries again`,
  );
}
