// One transaction's work in the executor: takes the locks, opens the sysroot, and runs one command after another.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError, failureOf } from '../model/errors.js';
import type { SomeFacts } from '../model/facts.js';
import type { ExecutorAnswer, ExecutorCommand, ExecutorTask } from '../model/ipc.js';
import type { Progress } from '../model/progress.js';
import { type StepKind, stepDefinition } from '../model/steps.js';
import { syncFilesystem } from '../native/libc.js';
import type { Sysroot } from '../native/sysroot.js';
import { openLockedSysroot, takeExecutorLock } from './locks.js';
import { statePaths } from './state-paths.js';
import type { StepContext, StepHandler, StepHandlers } from './step-handler.js';
import type { tidy } from './tidy.js';

type Work = Exclude<ExecutorCommand, { type: 'task' | 'abort' }>;

/** All that an executor can do. */
export interface Abilities {
  readonly handlers: StepHandlers;
  readonly tidy: typeof tidy;
}

export interface SessionOptions {
  readonly task: ExecutorTask;
  readonly abilities: Abilities;
  readonly report: (progress: Progress) => void;
}

export class ExecutorSession {
  readonly #task: ExecutorTask;
  readonly #abilities: Abilities;
  readonly #report: (progress: Progress) => void;
  #controller = new AbortController();
  #sysroot: Sysroot | null = null;
  #lockFd: number | null = null;

  constructor({ task, abilities, report }: SessionOptions) {
    this.#task = task;
    this.#abilities = abilities;
    this.#report = report;
  }

  abort(): void {
    this.#controller.abort();
  }

  /** @throws what the step throws; `sysroot-locked` when another program keeps the sysroot's lock */
  async obey(command: Work): Promise<ExecutorAnswer> {
    this.#controller = new AbortController();
    const context = await this.#context();
    context.sysroot.loadIfChanged();
    switch (command.type) {
      case 'perform':
        return perform(this.#handlerOf(command.kind), command, context);
      case 'undo':
        await this.#handlerOf(command.kind).undo(command.facts, context);
        return { type: 'undone' };
      case 'tidy':
        await this.#abilities.tidy(context, command);
        return { type: 'tidied' };
    }
  }

  #handlerOf(kind: StepKind): AnyHandler {
    return this.#abilities.handlers[kind] as unknown as AnyHandler;
  }

  async #context(): Promise<StepContext> {
    const { transaction, request, caller, sysroot, bootId } = this.#task;
    const paths = statePaths(sysroot, request.stateroot, transaction);
    const { signal } = this.#controller;
    this.#sysroot ??= await openLockedSysroot(sysroot, signal);
    this.#lockFd ??= await takeExecutorLock(paths.executorLock, signal);
    return {
      transaction,
      request,
      caller,
      sysroot: this.#sysroot,
      paths,
      bootId,
      signal,
      childFds: [this.#lockFd],
      report: this.#report,
    };
  }
}

/** A handler with its fact types forgotten: the daemon sends each step what its table row names. */
interface AnyHandler {
  probe(facts: SomeFacts, context: StepContext): ReturnType<StepHandler<StepKind>['probe']>;
  perform(facts: SomeFacts, context: StepContext): ReturnType<StepHandler<StepKind>['perform']>;
  undo(facts: SomeFacts, context: StepContext): Promise<void>;
}

async function perform(
  handler: AnyHandler,
  { facts, kind, recovering }: Extract<Work, { type: 'perform' }>,
  context: StepContext,
): Promise<ExecutorAnswer> {
  if (recovering) {
    const probed = await handler.probe(facts, context);
    if (probed !== null && 'found' in probed) {
      makeLast(context.sysroot.path);
      return { type: 'done', gave: probed.found, unchanged: null, found: true };
    }
    if (probed !== null) return { type: 'rewind', to: probed.rewindTo, reason: probed.reason };
    if (stepDefinition(kind).recovery === 'abandon') return abandoned(kind);
    if (stepDefinition(kind).recovery === 'undo') await handler.undo(facts, context);
  }
  const { gave, unchanged } = await handler.perform(facts, context);
  return { type: 'done', gave, unchanged: unchanged ?? null, found: false };
}

/** What a process that was killed had done may be in memory only, and is about to be called done. */
function makeLast(sysroot: string): void {
  const boot = join(sysroot, 'boot');
  for (const path of existsSync(boot) ? [sysroot, boot] : [sysroot]) syncFilesystem(path);
}

function abandoned(kind: StepKind): ExecutorAnswer {
  const error = new AptOstreeError(
    'executor-died',
    `cannot go on with ${kind}: it was interrupted and is not tried again`,
  );
  return { type: 'failed', failure: failureOf(error) };
}
