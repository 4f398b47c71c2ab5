// Methods of the Transaction interface, on the bus and on its private socket.

import type { Engine } from '../actors/engine.js';
import type { TransactionId } from '../model/transaction.js';
import { callerOf, permit } from './begin.js';
import type { MethodsOf } from './dispatcher.js';
import type { Gate } from './gate.js';
import type { TRANSACTION_INTERFACE } from './members.js';
import type { Call } from './peer.js';
import type { ProgressMemory } from './progress-memory.js';
import { finishedSignal, progressSignal } from './transaction-signals.js';

export interface TransactionMethodParts {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly memory: ProgressMemory;
  /** The transaction served at a path. @throws no-such-transaction */
  readonly idAt: (path: string) => TransactionId;
}

export function transactionMethods(parts: TransactionMethodParts): MethodsOf<typeof TRANSACTION_INTERFACE> {
  const { engine, gate, idAt } = parts;
  return {
    Start: async (_, call) => {
      const id = idAt(call.path);
      const view = engine.transaction(id);
      await permit(gate, view, { call, verb: 'start' });
      const started = !view.final && engine.start(id);
      if (!started) bringUpToDate(parts, id, call);
      return { started };
    },
    Cancel: async (_, call) => {
      const id = idAt(call.path);
      await permit(gate, engine.transaction(id), { call, verb: 'cancel' });
      const by = await callerOf(call.peer, null);
      engine.cancel(id, by, `cancelled by uid ${by.uid} (${by.client})`);
      return {};
    },
  };
}

/** One who comes late gets the present task and progress, or the end, once the reply has left. */
function bringUpToDate({ engine, memory }: TransactionMethodParts, id: TransactionId, { path, peer }: Call): void {
  setImmediate(() => {
    const view = engine.transaction(id);
    if (view.final) peer.send(finishedSignal(path, view));
    else for (const progress of memory.replay(id)) peer.send(progressSignal(path, progress));
  });
}
