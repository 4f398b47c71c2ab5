// Tidies up after transactions, once their answer is out: one tidy-up after another, and before the next transaction's first step.

import type { Logger } from 'pino';
import type { Caller } from '../model/caller.js';
import { stateroot } from '../model/deployment.js';
import type { CleanupRequest } from '../model/request.js';
import type { TransactionId, TransactionView } from '../model/transaction.js';
import type { Executor, ExecutorOptions } from './executor-process.js';
import type { StepRunner } from './step-runner.js';
import { tidyUp } from './tidy-up.js';

export interface HousekeepingOptions {
  readonly sysroot: string;
  readonly bootId: string;
  readonly stateroots: () => readonly string[];
  readonly startExecutor: (options: Omit<ExecutorOptions, 'launch'>) => Executor;
  /** Paths that a tidy-up would remove. */
  readonly leftovers: () => readonly string[];
  readonly newId: () => TransactionId;
  /** Transactions that still need theirs. */
  readonly keep: () => readonly TransactionId[];
  /** Transactions whose commit is staged. */
  readonly staged: () => readonly TransactionId[];
  readonly onTidied: () => void;
  readonly log: Logger;
}

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Resolves when all tidy-ups asked for so far have ended. */
  done(): Promise<void> {
    return this.#queue;
  }

  /** After a transaction ended; its executor does the work and is let go. */
  after(view: TransactionView, runner: StepRunner): void {
    const touched = view.facts.target !== undefined || view.facts.order !== undefined;
    this.#queue = this.#queue.then(async () => {
      // a step that failed while it cleaned up after itself has left scratch, too
      if (touched || this.#options.leftovers().length > 0)
        await runner.tidy({
          keep: this.#options.keep(),
          staged: this.#options.staged(),
          trim: view.facts.deployment !== undefined,
        });
      await runner.close();
      this.#options.onTidied();
    });
  }

  /** What a crash during an earlier tidy-up left. */
  atStart(): void {
    const name = this.#options.stateroots()[0];
    if (name === undefined || this.#options.leftovers().length === 0) return;
    this.#queue = this.#queue.then(() => this.#alone(name));
  }

  async #alone(name: string): Promise<void> {
    const { sysroot, bootId, log, newId, startExecutor, keep, staged, onTidied } = this.#options;
    const present: { executor: Executor | null } = { executor: null };
    const task = { transaction: newId(), request: cleanupOf(name), caller: DAEMON, sysroot, bootId };
    const live = () => {
      if (present.executor === null || present.executor.dead)
        present.executor = startExecutor({ task, log, onProgress: () => undefined });
      return present.executor;
    };
    await tidyUp(live, { keep: keep(), staged: staged(), trim: false }, log);
    await present.executor?.close();
    onTidied();
  }
}

const DAEMON: Caller = { uid: 0, pid: process.pid, sender: 'apt-ostreed', client: 'apt-ostreed', commandLine: null };

/** An executor serves one request; a tidy-up on its own is what a clean-up of nothing else would be. */
function cleanupOf(name: string): CleanupRequest {
  return { kind: 'cleanup', stateroot: stateroot(name), base: true, pending: false, rollback: false, metadata: false };
}
