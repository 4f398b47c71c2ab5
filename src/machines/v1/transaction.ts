// The one transaction machine: interprets a frozen plan forwards, or back on failure or cancel. Pure: it names effects, others run them.

import { assign, fromPromise, setup } from 'xstate';
import type { Failure } from '../../model/errors.js';
import type { SomeFacts } from '../../model/facts.js';
import type { BootOutcome, Opening, PlannedStep, TransactionEvent } from '../../model/transaction.js';

/** Stored with each event; a journal's open transactions are folded by the machine of this version. */
export const MACHINE_VERSION = 1;

/** How often a deployment that was lost before its boot is staged again: what is lost once more has another cause than a power cut. */
export const MAX_RESTAGINGS = 1;

/** After this many tries that ended in a crash a step is not tried again. */
export const MAX_ATTEMPTS = 3;

export interface TransactionContext {
  readonly opening: Opening;
  /** Index in the plan of the step being performed or undone. */
  readonly index: number;
  /** Try of that step in the present direction, from 1; more than 1 only after a crash, or after an undo that failed. */
  readonly attempt: number;
  /** How often the step was tried again after a failure that passes by itself. */
  readonly retries: number;
  readonly facts: SomeFacts;
  readonly failure: Failure | null;
  readonly cancelRequested: boolean;
  readonly unchanged: string | null;
  readonly booted: BootOutcome | null;
  /** How often a staged deployment that was lost has been staged again; bounded. */
  readonly restagings: number;
  /** Rewinds so far; bounded as attempts are. */
  readonly rewinds: number;
}

/** What an effect is told. The step itself is looked up by the index in the opening's plan. */
export interface EffectInput {
  readonly index: number;
  readonly attempt: number;
  readonly retries: number;
  readonly facts: SomeFacts;
}

type EventOf<Type extends TransactionEvent['type']> = Extract<TransactionEvent, { readonly type: Type }>;

const FIRST_TRY = { attempt: 1, retries: 0 } as const;

interface Given {
  readonly context: TransactionContext;
  readonly event: TransactionEvent;
}

/** A bare machine cannot do harm: effects are interpreted by the durable actor, never by XState. */
const notProvided = fromPromise<never, EffectInput>(() => {
  throw new Error('effects of a transaction are run by its durable actor');
});

export const transactionMachine = setup({
  types: {
    context: {} as TransactionContext,
    events: {} as TransactionEvent,
    input: {} as Opening,
  },
  actors: { perform: notProvided, undo: notProvided },
  guards: {
    ofThisStep: ({ context, event }) => 'index' in event && event.index === context.index,
    turnsBack: (given) => isOfThisStep(given) && mustTurnBack(given),
    endsStaged: (given) => isOfThisStep(given) && isLast(given.context) && leavesStaged(given),
    endsPlan: (given) => isOfThisStep(given) && isLast(given.context),
    cancellableStep: ({ context }) => stepAt(context)?.cancellable === true,
    notYetCancelled: ({ context }) => !context.cancelRequested,
    tooManyAttempts: (given) =>
      isOfThisStep(given) && given.event.type === 'ATTEMPTED' && given.event.attempt > MAX_ATTEMPTS,
    rewindsTooOften: (given) => isOfThisStep(given) && given.context.rewinds >= MAX_ATTEMPTS,
    rewindsBackwards: (given) =>
      isOfThisStep(given) &&
      given.event.type === 'STEP_REWOUND' &&
      given.event.to < given.context.index &&
      given.event.to >= 0,
    nothingLeftToUndo: ({ context }) => nextToUndo(context, context.index) === null,
    undoneAll: (given) => isOfThisStep(given) && nextToUndo(given.context, given.context.index - 1) === null,
    leavesStaged: (given) => isOfThisStep(given) && leavesStaged(given),
    mayStageAgain: ({ context }) => context.restagings < MAX_RESTAGINGS && placeOfStaging(context) >= 0,
    wasCancelled: ({ context }) => context.cancelRequested,
    wasUnchanged: ({ context }) => context.unchanged !== null,
    leftSomething: ({ context }) => context.opening.plan.slice(0, context.index + 1).some((step) => step.leaves),
  },
  actions: {
    advance: assign(({ context, event }) => ({
      facts: { ...context.facts, ...(event as EventOf<'STEP_DONE'>).gave },
      index: context.index + 1,
      ...FIRST_TRY,
    })),
    keepGift: assign(({ context, event }) => ({
      facts: { ...context.facts, ...(event as EventOf<'STEP_DONE'>).gave },
      unchanged: (event as EventOf<'STEP_DONE'>).unchanged,
    })),
    keepFailure: assign(({ context, event }) => ({
      failure: context.failure ?? (event as EventOf<'STEP_FAILED' | 'UNDO_FAILED'>).failure,
    })),
    keepUndoFailure: assign(({ event }) => {
      const { failure } = event as EventOf<'UNDO_FAILED'>;
      return { failure: { code: 'undo-failed' as const, message: `cannot take the change back: ${failure.message}` } };
    }),
    quarantine: assign(({ context }) => ({
      failure: {
        code: 'quarantined' as const,
        message: `cannot go on with ${stepAt(context)?.kind ?? 'the step'}: it ended in a crash ${MAX_ATTEMPTS} times`,
      },
    })),
    failUndoByCrashes: assign(({ context }) => ({
      failure: {
        code: 'undo-failed' as const,
        message: `cannot take ${stepAt(context)?.kind ?? 'the step'} back: undoing it ended in a crash ${MAX_ATTEMPTS} times`,
      },
    })),
    rewind: assign(({ context, event }) => ({
      index: (event as EventOf<'STEP_REWOUND'>).to,
      ...FIRST_TRY,
      rewinds: context.rewinds + 1,
    })),
    countAttempt: assign(({ context, event }) => {
      const { attempt, retry } = event as EventOf<'ATTEMPTED'>;
      return { attempt, retries: retry ?? context.retries };
    }),
    requestCancel: assign(({ event }) => ({
      cancelRequested: true,
      failure: { code: 'cancelled' as const, message: (event as EventOf<'CANCEL'>).reason },
    })),
    startUndo: assign(({ context }) => ({ index: nextToUndo(context, context.index) ?? 0, ...FIRST_TRY })),
    undoNext: assign(({ context }) => ({ index: nextToUndo(context, context.index - 1) ?? 0, ...FIRST_TRY })),
    restartUndo: assign(FIRST_TRY),
    keepDrop: assign(({ event }) => ({
      cancelRequested: true,
      failure: { code: 'cancelled' as const, message: (event as EventOf<'DROPPED'>).reason },
    })),
    stageAgain: assign(({ context }) => ({
      index: placeOfStaging(context),
      attempt: 1,
      restagings: context.restagings + 1,
    })),
    keepLoss: assign({ booted: 'lost' as const }),
    keepBoot: assign(({ event }) => ({ booted: (event as EventOf<'BOOTED'>).what })),
  },
}).createMachine({
  id: 'transaction',
  initial: 'created',
  context: ({ input }) => ({
    opening: input,
    index: 0,
    ...FIRST_TRY,
    facts: {},
    failure: null,
    cancelRequested: false,
    unchanged: null,
    booted: null,
    restagings: 0,
    rewinds: 0,
  }),
  states: {
    /** On disk: the opening row; nothing else. */
    created: {
      on: {
        START: 'performing',
        CANCEL: { target: 'cancelled', actions: 'requestCancel' },
        DROPPED: { target: 'cancelled', actions: 'keepDrop' },
      },
    },
    /** On disk: the effect of step `index` may have happened fully, partly or not at all; all before it have. */
    performing: {
      invoke: { id: 'effect', src: 'perform', input: ({ context }) => effectInput(context) },
      on: {
        STEP_DONE: [
          { guard: 'turnsBack', target: 'turning', actions: 'keepGift' },
          { guard: 'endsStaged', target: 'staged', actions: 'keepGift' },
          { guard: 'endsPlan', target: 'committed', actions: 'keepGift' },
          { guard: 'ofThisStep', target: 'performing', reenter: true, actions: 'advance' },
        ],
        STEP_FAILED: { guard: 'ofThisStep', target: 'turning', actions: 'keepFailure' },
        STEP_REWOUND: [
          { guard: 'rewindsTooOften', target: 'turning', actions: 'quarantine' },
          { guard: 'rewindsBackwards', target: 'performing', reenter: true, actions: 'rewind' },
        ],
        CANCEL: [
          { guard: 'cancellableStep', target: 'stopping', actions: 'requestCancel' },
          // past the point where the step can be left half done: it settles first and is undone then
          { guard: 'notYetCancelled', actions: 'requestCancel' },
        ],
        ATTEMPTED: [
          { guard: 'tooManyAttempts', target: 'turning', actions: 'quarantine' },
          { guard: 'ofThisStep', target: 'performing', reenter: true, actions: 'countAttempt' },
        ],
      },
    },
    /** On disk: as in performing; the running effect has been told to stop and has not settled yet. */
    stopping: {
      on: {
        STEP_DONE: { guard: 'ofThisStep', target: 'turning' },
        STEP_FAILED: { guard: 'ofThisStep', target: 'turning' },
        STEP_REWOUND: { guard: 'ofThisStep', target: 'turning' },
        ATTEMPTED: { guard: 'ofThisStep', target: 'turning' },
      },
    },
    /** Decides what to take back first; passed through within one event. */
    turning: {
      always: [
        { guard: 'nothingLeftToUndo', target: 'ended' },
        { target: 'undoing', actions: 'startUndo' },
      ],
    },
    /** On disk: steps after `index` are undone, step `index` perhaps, those before it are not. */
    undoing: {
      invoke: { id: 'effect', src: 'undo', input: ({ context }) => effectInput(context) },
      on: {
        UNDO_DONE: [
          { guard: 'undoneAll', target: 'ended' },
          { guard: 'ofThisStep', target: 'undoing', reenter: true, actions: 'undoNext' },
        ],
        UNDO_FAILED: { guard: 'ofThisStep', target: 'undoFailed', actions: 'keepUndoFailure' },
        ATTEMPTED: [
          { guard: 'tooManyAttempts', target: 'undoFailed', actions: 'failUndoByCrashes' },
          { guard: 'ofThisStep', target: 'undoing', reenter: true, actions: 'countAttempt' },
        ],
      },
    },
    /** On disk: unknown between the undone steps and those not undone; no change is accepted until this is repaired. */
    undoFailed: { on: { RETRY_UNDO: { target: 'undoing', actions: 'restartUndo' } } },
    /** Chooses the final state of a transaction that took its steps back; passed through within one event. */
    ended: {
      always: [
        { guard: 'wasCancelled', target: 'cancelled' },
        { guard: 'wasUnchanged', target: 'committed' },
        { guard: 'leftSomething', target: 'rolledBack' },
        { target: 'failed' },
      ],
    },
    /** On disk: the deployment is staged; it becomes real when the machine shuts down in order. */
    staged: {
      on: {
        BOOTED: { target: 'committed', actions: 'keepBoot' },
        LOST: { guard: 'mayStageAgain', target: 'restaging', actions: 'stageAgain' },
      },
    },
    /** On disk: the commit, and a deployment of it perhaps; it was staged once and the machine did not shut down in order. */
    restaging: {
      invoke: { id: 'effect', src: 'perform', input: ({ context }) => effectInput(context) },
      on: {
        STEP_DONE: [
          { guard: 'leavesStaged', target: 'staged', actions: 'keepGift' },
          { guard: 'ofThisStep', target: 'committed', actions: ['keepGift', 'keepLoss'] },
        ],
        STEP_FAILED: { guard: 'ofThisStep', target: 'committed', actions: 'keepLoss' },
        ATTEMPTED: [
          { guard: 'tooManyAttempts', target: 'committed', actions: 'keepLoss' },
          { guard: 'ofThisStep', target: 'restaging', reenter: true, actions: 'countAttempt' },
        ],
      },
    },
    committed: { type: 'final' },
    /** Ended in an error before anything was changed. */
    failed: { type: 'final' },
    /** Ended in an error, and what had been changed was taken back. */
    rolledBack: { type: 'final' },
    cancelled: { type: 'final' },
  },
});

function isOfThisStep({ context, event }: Given): boolean {
  return 'index' in event && event.index === context.index;
}

function mustTurnBack({ context, event }: Given): boolean {
  return context.cancelRequested || (event.type === 'STEP_DONE' && event.unchanged !== null);
}

function leavesStaged({ context, event }: Given): boolean {
  const gave = event.type === 'STEP_DONE' ? event.gave : {};
  return (gave.deployment ?? context.facts.deployment)?.staged === true;
}

/** Index of the step that staged the deployment, or -1. */
function placeOfStaging({ opening }: TransactionContext): number {
  return opening.plan.findLastIndex(({ kind }) => kind === 'deployment.write');
}

function isLast(context: TransactionContext): boolean {
  return context.index === context.opening.plan.length - 1;
}

function stepAt(context: TransactionContext): PlannedStep | undefined {
  return context.opening.plan[context.index];
}

/** Index of the last step at or before `from` that leaves something to take back, or null. */
function nextToUndo(context: TransactionContext, from: number): number | null {
  const index = context.opening.plan.slice(0, from + 1).findLastIndex((step) => step.leaves);
  return index < 0 ? null : index;
}

function effectInput({ index, attempt, retries, facts }: TransactionContext): EffectInput {
  return { index, attempt, retries, facts };
}
