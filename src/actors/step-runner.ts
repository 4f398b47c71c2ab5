// Runs a transaction's steps in its executor and answers the actor with events: done, failed, rewound, or tried again after a crash.

import type { Logger } from 'pino';
import { type EffectInput, MAX_ATTEMPTS } from '../machines/v1/transaction.js';
import { AptOstreeError, type Failure, failureOf } from '../model/errors.js';
import type { ExecutorAnswer, ExecutorCommand } from '../model/ipc.js';
import type { Progress } from '../model/progress.js';
import { type StepKind, stepDefinition } from '../model/steps.js';
import type { PlannedStep, TransactionEvent } from '../model/transaction.js';
import type { DurableActor, Effects } from './durable-actor.js';
import type { Executor } from './executor-process.js';
import { Pause } from './pause.js';
import { backoffMs, nextRetry, retryLine } from './retry.js';
import { type TidyUp, tidyUp } from './tidy-up.js';

export interface StepRunnerOptions {
  readonly actor: DurableActor;
  readonly startExecutor: () => Executor;
  /** Resolves when the sysroot is free for this transaction's first step. */
  readonly ready: () => Promise<void>;
  readonly bootId: string;
  readonly deadlineMs: (kind: StepKind) => number;
  readonly report: (progress: Progress) => void;
  readonly log: Logger;
  /** Whether the disk is so full that only taking back is safe. */
  readonly diskIsFull: () => boolean;
  /** A step found no space left: what was kept aside for its end is needed now. */
  readonly onFullDisk: () => void;
  /** The actor could not take or write an event: the engine cannot go on. */
  readonly onBroken: (error: unknown) => void;
}

interface RunningEffect {
  readonly source: 'perform' | 'undo';
  readonly input: EffectInput;
  readonly kind: StepKind;
  readonly startedAtMs: number;
  /** Let pass before it begins. */
  readonly pauseMs: number;
  /** Why it was told to end, or null. */
  ending: 'abort' | 'deadline' | null;
}

/** After a cancel, a step that may not be aborted gets this long to settle by itself. */
const SETTLE_MS = 5_000;

export class StepRunner implements Effects {
  readonly #options: StepRunnerOptions;
  #executor: Executor | null = null;
  #running: RunningEffect | null = null;
  #deadline: NodeJS.Timeout | null = null;
  #hurry: NodeJS.Timeout | null = null;
  readonly #pause = new Pause();
  /** Of the effect that is begun next. */
  #nextPauseMs = 0;
  #stopped = false;

  constructor(options: StepRunnerOptions) {
    this.#options = options;
  }

  run({ source, input }: { readonly source: 'perform' | 'undo'; readonly input: EffectInput }): void {
    const effect: RunningEffect = {
      source,
      input,
      kind: this.#stepAt(input.index).kind,
      startedAtMs: performance.now(),
      pauseMs: this.#nextPauseMs,
      ending: null,
    };
    this.#nextPauseMs = 0;
    this.#running = effect;
    this.#options.log.info({ step: effect.kind, direction: source, attempt: input.attempt }, 'step begins');
    // the event that ends it may begin the next effect, so none of this may run within `send`
    setImmediate(() => void this.#carryOut(effect));
  }

  abort(): void {
    if (this.#running === null) return;
    this.#running.ending = 'abort';
    this.#pause.end();
    this.#executor?.abort();
  }

  /** After a cancel that the running step may not be aborted by: it settles soon, or is ended as by a crash and taken back. */
  hurry(): void {
    const effect = this.#running;
    if (effect === null || effect.source === 'undo') return;
    this.#hurry = setTimeout(() => {
      if (this.#running !== effect) return;
      this.#options.log.warn({ step: effect.kind }, 'the step is ended, as it was cancelled');
      effect.ending = 'abort';
      void this.#executor?.kill();
    }, SETTLE_MS);
  }

  async tidy(what: TidyUp): Promise<void> {
    const executor = () => (this.#stopped ? null : this.#liveExecutor());
    await tidyUp(executor, what, this.#options.log);
  }

  async close(): Promise<void> {
    await this.#executor?.close();
    this.#executor = null;
  }

  /** Ends the executor where it is; the journal says where to go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of [this.#deadline, this.#hurry]) if (timer !== null) clearTimeout(timer);
    this.#pause.end();
    await this.#executor?.kill();
    this.#executor = null;
  }

  async #carryOut(effect: RunningEffect): Promise<void> {
    const event = await this.#outcome(effect);
    if (this.#stopped) return;
    this.#tell(effect, event);
    this.#running = null;
    try {
      this.#options.actor.send(event);
    } catch (error) {
      this.#options.onBroken(error);
    }
  }

  /** To whoever watches: how the step ended, or that it is tried again soon. */
  #tell({ kind }: RunningEffect, event: TransactionEvent): void {
    const { report } = this.#options;
    if (isRetry(event)) {
      this.#nextPauseMs = backoffMs(kind, event.retry);
      report({ type: 'message', text: retryLine(kind, event.retry, event.failure) });
    } else report({ type: 'task-end', text: endWord(event) });
  }

  async #outcome(effect: RunningEffect): Promise<TransactionEvent> {
    const { title } = stepDefinition(effect.kind);
    const task = effect.source === 'undo' ? `Taking back: ${title}` : title;
    this.#options.report({ type: 'task-begin', text: task });
    await this.#pause.wait(effect.pauseMs);
    const deadline = setTimeout(() => {
      effect.ending = 'deadline';
      this.#executor?.abort();
    }, this.#options.deadlineMs(effect.kind));
    this.#deadline = deadline;
    try {
      await this.#options.ready();
      // aborted, or out of time, before it began
      if (effect.ending !== null || this.#stopped) return this.#failed(effect, NOT_BEGUN);
      if (effect.source === 'perform' && this.#options.diskIsFull()) return this.#failed(effect, DISK_FULL);
      const answer = await this.#liveExecutor().call(commandOf(effect));
      if (answer.type === 'failed' && answer.failure.code === 'no-space') this.#options.onFullDisk();
      if (answer.type === 'failed' && mayUndoAgain(effect)) return await this.#undoAgain(effect, answer.failure);
      return this.#eventOf(effect, answer);
    } catch (error) {
      return this.#eventOfDeath(effect, error);
    } finally {
      clearTimeout(deadline);
    }
  }

  #eventOf(effect: RunningEffect, answer: ExecutorAnswer): TransactionEvent {
    const { index } = effect.input;
    const durationMs = elapsed(effect);
    this.#options.log.info({ step: effect.kind, answer: answer.type, durationMs }, 'step ends');
    switch (answer.type) {
      case 'done':
        return {
          type: 'STEP_DONE',
          index,
          gave: answer.gave,
          unchanged: answer.unchanged,
          found: answer.found,
          durationMs,
        };
      case 'rewind':
        return { type: 'STEP_REWOUND', index, to: this.#indexOf(answer.to, index), reason: answer.reason };
      case 'undone':
        return { type: 'UNDO_DONE', index, durationMs };
      case 'failed':
        return this.#retry(effect, answer.failure) ?? this.#failed(effect, answer.failure);
      default:
        return this.#failed(effect, {
          code: 'internal',
          message: `internal error: the executor answered ${answer.type}`,
        });
    }
  }

  #retry({ source, input, kind, ending }: RunningEffect, failure: Failure): TransactionEvent | null {
    const retry = source === 'perform' && ending === null ? nextRetry(kind, input.retries, failure) : null;
    if (retry === null) return null;
    const { index, attempt } = input;
    return { type: 'ATTEMPTED', index, attempt, bootId: this.#options.bootId, retry, failure };
  }

  /** In a new executor: what this one has mounted or holds open, and could not let go of, ends with it. */
  async #undoAgain({ input, kind }: RunningEffect, { message }: Failure): Promise<TransactionEvent> {
    this.#options.log.warn({ step: kind, reason: message }, 'cannot take the step back yet');
    await this.#executor?.kill();
    this.#executor = null;
    return { type: 'ATTEMPTED', index: input.index, attempt: input.attempt + 1, bootId: this.#options.bootId };
  }

  /** The executor ended without an answer: told to, or by a crash after which the step is looked at again. */
  #eventOfDeath(effect: RunningEffect, error: unknown): TransactionEvent {
    const failure = failureOf(error);
    this.#executor = null;
    if (failure.code !== 'executor-died') return this.#failed(effect, failure);
    if (effect.ending !== null && effect.source === 'perform') return this.#failed(effect, failure);
    this.#options.log.warn(
      { step: effect.kind, reason: failure.message },
      'the executor ended in the middle of a step',
    );
    const { index, attempt } = effect.input;
    return { type: 'ATTEMPTED', index, attempt: attempt + 1, bootId: this.#options.bootId };
  }

  #failed(effect: RunningEffect, failure: Failure): TransactionEvent {
    const { index } = effect.input;
    const told = effect.ending === 'deadline' ? this.#deadlineFailure(effect.kind) : failure;
    if (effect.source === 'undo') return { type: 'UNDO_FAILED', index, failure: told };
    return { type: 'STEP_FAILED', index, failure: told, durationMs: elapsed(effect) };
  }

  #deadlineFailure(kind: StepKind): Failure {
    const allowed = durationText(this.#options.deadlineMs(kind));
    return { code: 'deadline-exceeded', message: `cannot finish ${kind}: it took longer than ${allowed}` };
  }

  #liveExecutor(): Executor {
    if (this.#executor === null || this.#executor.dead) this.#executor = this.#options.startExecutor();
    return this.#executor;
  }

  #stepAt(index: number): PlannedStep {
    const step = this.#options.actor.opening.plan[index];
    if (step === undefined) throw new AptOstreeError('internal', `internal error: the plan has no step ${index}`);
    return step;
  }

  /** Index of the nearest earlier step of that kind; the machine refuses a rewind that does not go back. */
  #indexOf(kind: StepKind, before: number): number {
    return this.#options.actor.opening.plan.slice(0, before).findLastIndex((step) => step.kind === kind);
  }
}

const NOT_BEGUN: Failure = { code: 'cancelled', message: 'the step was not begun' };
const DISK_FULL: Failure = {
  code: 'no-space',
  message: 'cannot go on: no space left; what is left is needed to take the change back',
};

type Retried = Extract<TransactionEvent, { type: 'ATTEMPTED' }> & { readonly retry: number; readonly failure: Failure };

function isRetry(event: TransactionEvent): event is Retried {
  return event.type === 'ATTEMPTED' && event.retry !== undefined;
}

function commandOf({ source, input, kind }: RunningEffect): ExecutorCommand {
  if (source === 'undo') return { type: 'undo', kind, facts: input.facts };
  return { type: 'perform', kind, facts: input.facts, recovering: input.attempt > 1 };
}

/** A transaction that cannot be taken back needs a repair by hand: that is worth another try. */
function mayUndoAgain({ source, input }: RunningEffect): boolean {
  return source === 'undo' && input.attempt < MAX_ATTEMPTS;
}

/** How a user reads that a step ended. */
function endWord(event: TransactionEvent): string {
  switch (event.type) {
    case 'STEP_DONE':
    case 'UNDO_DONE':
      return 'done';
    case 'STEP_FAILED':
    case 'UNDO_FAILED':
      return event.failure.code === 'cancelled' ? 'cancelled' : 'failed';
    default:
      return 'interrupted';
  }
}

function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds % 60 === 0 && seconds > 60 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}

function elapsed({ startedAtMs }: RunningEffect): number {
  return Math.round(performance.now() - startedAtMs);
}
