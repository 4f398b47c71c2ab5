// What daemon and executor say to each other over their IPC channel: plain JSON, one answer to each command.

import type { Caller } from './caller.js';
import type { Failure } from './errors.js';
import type { SomeFacts } from './facts.js';
import type { Progress } from './progress.js';
import type { Request } from './request.js';
import type { StepKind } from './steps.js';
import type { TransactionId } from './transaction.js';

/** What the executor is told at its start: one executor serves one transaction. */
export interface ExecutorTask {
  readonly transaction: TransactionId;
  readonly request: Request;
  readonly caller: Caller;
  readonly sysroot: string;
  readonly bootId: string;
}

export type ExecutorCommand =
  | { readonly type: 'task'; readonly task: ExecutorTask }
  /** `recovering`: the step was in flight at a crash; look before performing. */
  | { readonly type: 'perform'; readonly kind: StepKind; readonly facts: SomeFacts; readonly recovering: boolean }
  | { readonly type: 'undo'; readonly kind: StepKind; readonly facts: SomeFacts }
  /**
   * Removes what final transactions left: `keep` are the ones that are not final; of those that are `staged` the commit is
   * kept until it has booted.
   */
  | {
      readonly type: 'tidy';
      readonly keep: readonly TransactionId[];
      readonly staged: readonly TransactionId[];
      readonly trim: boolean;
    }
  /** Ends the running step as soon as it can. */
  | { readonly type: 'abort' };

export type ExecutorAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly gave: SomeFacts; readonly unchanged: string | null; readonly found: boolean }
  | { readonly type: 'rewind'; readonly to: StepKind; readonly reason: string }
  | { readonly type: 'undone' }
  | { readonly type: 'tidied' }
  | { readonly type: 'failed'; readonly failure: Failure };
