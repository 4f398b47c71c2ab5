// The executor as the daemon holds it: a child in its own process group and mount namespace that dies with the daemon,
// answers one command at a time, and can always be ended.

import type { ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import { AptOstreeError } from '../model/errors.js';
import type { ExecutorAnswer, ExecutorCommand, ExecutorTask } from '../model/ipc.js';
import type { Progress } from '../model/progress.js';

export interface ExecutorOptions {
  /** Starts the executor's program, or gives one that was started before and asked nothing yet. */
  readonly launch: () => ChildProcess;
  readonly task: ExecutorTask;
  readonly log: Logger;
  readonly onProgress: (progress: Progress) => void;
}

/** Time given at each stage of an abort: the request, then SIGTERM, then SIGKILL, which nothing survives. */
const ASK_GRACE_MS = 3_000;
const TERM_GRACE_MS = 2_000;

export type Outcome = Extract<ExecutorAnswer, { type: 'done' | 'rewind' | 'undone' | 'tidied' | 'failed' }>;

/** What the engine needs of an executor. */
export interface Executor {
  readonly dead: boolean;
  /** Runs one command; only one at a time. @throws executor-died when it ends before it answers */
  call(command: ExecutorCommand): Promise<Outcome>;
  /** Ends the running command: asked first, then by signal. The pending call settles in any case. Nothing happens when none runs. */
  abort(): void;
  /** Ends the executor at once and waits until it is gone. What it was doing is unknown from then on. */
  kill(): Promise<void>;
  /** Lets an idle executor go. */
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (answer: Outcome) => void;
  readonly reject: (error: AptOstreeError) => void;
}

export class ExecutorProcess implements Executor {
  readonly #child: ChildProcess;
  readonly #options: ExecutorOptions;
  readonly #exited: Promise<void>;
  #pending: Pending | null = null;
  #dead = false;
  #escalation: NodeJS.Timeout | null = null;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#child = options.launch();
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (status, signal) => {
        this.#ended(`${signal ?? `status ${String(status)}`}`);
        resolve();
      });
      this.#child.once('error', (error) => {
        this.#ended(error.message);
        resolve();
      });
    });
    this.#child.on('message', (answer) => this.#answered(answer as ExecutorAnswer));
    this.#send({ type: 'task', task: options.task });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  get dead(): boolean {
    return this.#dead;
  }

  call(command: ExecutorCommand): Promise<Outcome> {
    if (this.#pending !== null) throw new AptOstreeError('internal', 'internal error: the executor is busy');
    return new Promise((resolve, reject) => {
      if (this.#dead) reject(died('it had ended before'));
      this.#pending = { resolve, reject };
      this.#send(command);
    });
  }

  abort(): void {
    // an idle one has nothing to end, and whatever it is asked next must not inherit the signals
    if (this.#dead || this.#pending === null || this.#escalation !== null) return;
    this.#send({ type: 'abort' });
    this.#escalation = setTimeout(() => {
      this.#signal('SIGTERM');
      this.#escalation = setTimeout(() => this.#signal('SIGKILL'), TERM_GRACE_MS);
    }, ASK_GRACE_MS);
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#exited;
  }

  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const late = setTimeout(() => this.#signal('SIGKILL'), TERM_GRACE_MS);
    await this.#exited;
    clearTimeout(late);
  }

  #send(command: ExecutorCommand): void {
    if (this.#dead || !this.#child.connected) return;
    // the callback keeps a broken pipe from becoming an unhandled error; the exit event tells the same
    this.#child.send(command, (error) => {
      if (error !== null) this.#options.log.debug({ reason: error.message }, 'the executor does not listen any more');
    });
  }

  #answered(answer: ExecutorAnswer): void {
    if (answer.type === 'progress') this.#options.onProgress(answer.progress);
    if (answer.type === 'progress' || answer.type === 'ready') return;
    this.#calmDown();
    const pending = this.#pending;
    this.#pending = null;
    pending?.resolve(answer);
  }

  #ended(how: string): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#calmDown();
    const pending = this.#pending;
    this.#pending = null;
    pending?.reject(died(how));
  }

  #calmDown(): void {
    if (this.#escalation !== null) clearTimeout(this.#escalation);
    this.#escalation = null;
  }

  /** To the whole group: helpers of the executor go with it. */
  #signal(signal: NodeJS.Signals): void {
    if (this.#dead || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      this.#options.log.debug({ reason: String(error) }, 'the executor is gone already');
    }
  }
}

function died(how: string): AptOstreeError {
  return new AptOstreeError('executor-died', `cannot go on: the executor ended by ${how}`);
}
