// A transaction's actor as its viewers see it: pure projection of a snapshot.

import type { SnapshotFrom } from 'xstate';
import type { transactionMachine } from '../machines/v1/transaction.js';
import type { BootOutcome, TransactionState, TransactionView } from '../model/transaction.js';

type Snapshot = SnapshotFrom<typeof transactionMachine>;
type StateValue = Snapshot['value'];

/** Each state of the machine, and the seed's word for it. */
const SHOWN: { readonly [Value in StateValue]: TransactionState } = {
  created: 'Created',
  performing: 'InProgress',
  stopping: 'InProgress',
  turning: 'InProgress',
  undoing: 'InProgress',
  undoFailed: 'Failed',
  ended: 'InProgress',
  staged: 'Committed',
  restaging: 'InProgress',
  committed: 'Committed',
  failed: 'Failed',
  rolledBack: 'RolledBack',
  cancelled: 'Cancelled',
};

/** States in which a step is being performed or undone. */
const WORKING: readonly StateValue[] = ['performing', 'stopping', 'undoing', 'restaging'];

/** The state as a journal row names it: with the step's index where there is one. */
export function stateText({ value, context }: Snapshot): string {
  return value === 'performing' || value === 'stopping' || value === 'undoing' ? `${value}:${context.index}` : value;
}

export function isFinal(snapshot: Snapshot): boolean {
  return snapshot.status === 'done';
}

/** Whether it keeps others from starting: created, running, or half undone. */
export function isActive({ value }: Snapshot): boolean {
  return SHOWN[value] === 'InProgress' || value === 'created' || value === 'undoFailed';
}

export function transactionView(snapshot: Snapshot): TransactionView {
  const { opening, index, facts, failure, cancelRequested, unchanged } = snapshot.context;
  const working = WORKING.includes(snapshot.value);
  return {
    id: opening.id,
    title: opening.title,
    method: opening.method,
    request: opening.request,
    caller: opening.caller,
    openedAtMs: opening.openedAtMs,
    state: SHOWN[snapshot.value],
    step: working ? (opening.plan[index]?.kind ?? null) : null,
    stepIndex: index,
    stepCount: opening.plan.length,
    direction: snapshot.value === 'performing' || snapshot.value === 'restaging' ? 'forward' : 'back',
    cancelRequested,
    failure,
    unchanged,
    booted: bootedOf(snapshot),
    facts,
    // whoever waits for its end waits in vain once it needs a repair
    final: isFinal(snapshot) || snapshot.value === 'staged' || snapshot.value === 'undoFailed',
  };
}

function bootedOf({ value, context }: Snapshot): 'pending' | BootOutcome | null {
  return value === 'staged' || value === 'restaging' ? 'pending' : context.booted;
}
