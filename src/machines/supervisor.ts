// The engine's own states: recovering, then ready with at most one active transaction, or broken. Pure; nothing of it is stored,
// since the journal's open transactions say all of it again at the next start.

import { assign, setup } from 'xstate';
import type { TransactionId } from '../model/transaction.js';

export interface SupervisorContext {
  readonly active: TransactionId | null;
  /** Why changes are refused and how that is repaired, one line. */
  readonly reason: string | null;
}

export type SupervisorEvent =
  | { readonly type: 'OPENED'; readonly id: TransactionId }
  | { readonly type: 'ENDED'; readonly id: TransactionId }
  | { readonly type: 'RECOVERED' }
  | { readonly type: 'BROKEN'; readonly reason: string };

export const supervisorMachine = setup({
  types: { context: {} as SupervisorContext, events: {} as SupervisorEvent },
  guards: {
    isActive: ({ context, event }) => event.type === 'ENDED' && event.id === context.active,
  },
  actions: {
    hold: assign(({ event }) => ({ active: event.type === 'OPENED' ? event.id : null })),
    release: assign({ active: null }),
    keepReason: assign(({ event }) => ({ reason: event.type === 'BROKEN' ? event.reason : null })),
  },
}).createMachine({
  id: 'supervisor',
  initial: 'recovering',
  context: { active: null, reason: null },
  on: { BROKEN: { target: '.broken', actions: 'keepReason' } },
  states: {
    /** Open transactions are being folded; nothing new is accepted. */
    recovering: {
      on: {
        OPENED: { actions: 'hold' },
        ENDED: { guard: 'isActive', actions: 'release' },
        RECOVERED: [{ guard: ({ context }) => context.active === null, target: 'idle' }, { target: 'busy' }],
      },
    },
    idle: { on: { OPENED: { target: 'busy', actions: 'hold' } } },
    /** One transaction is created, running or half undone. */
    busy: { on: { ENDED: { guard: 'isActive', target: 'idle', actions: 'release' } } },
    /** What is on disk is not known any more: reads go on, changes are refused until the repair. */
    broken: {},
  },
});
