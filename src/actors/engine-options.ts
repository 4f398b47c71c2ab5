// What the engine is made of: its journal, its sysroot, and ways to act that only the daemon's wiring knows.

import type { Logger } from 'pino';
import type { JournalStore } from '../journal/store.js';
import type { Deployment } from '../model/deployment.js';
import type { Request } from '../model/request.js';
import type { StepKind } from '../model/steps.js';
import type { TransactionId } from '../model/transaction.js';
import type { Executor, ExecutorOptions } from './executor-process.js';

/** Space kept aside while a transaction runs, so that taking it back needs none that is free. */
export interface Reserve {
  readonly isHeld: boolean;
  /** Before a change begins. @throws no-space when the filesystem has no room for it and for the change's own rows */
  hold(): void;
  /** Keeps aside what there is room for again; a full disk is no error. */
  refill(): void;
  /** Gives it back to the filesystem; true when that made room. */
  letGo(): boolean;
}

/** What makes room is not refused for want of it. */
export function freesSpace({ kind }: Request): boolean {
  return kind === 'cleanup';
}

export interface EngineOptions {
  readonly journal: JournalStore;
  readonly reserve: Reserve;
  readonly deadlineMs: (kind: StepKind) => number;
  readonly sysroot: string;
  /** Reads the sysroot's deployments, in boot order; called after each change. */
  readonly readDeployments: () => readonly Deployment[];
  readonly stateroots: () => readonly string[];
  readonly startExecutor: (options: Omit<ExecutorOptions, 'launch'>) => Executor;
  /** Paths that transactions left and a tidy-up would remove. */
  readonly leftovers: () => readonly string[];
  /** Restarts the machine; called after a transaction that asked for it was committed. */
  readonly reboot: () => void;
  readonly bootId: string;
  readonly now: () => number;
  readonly newId: () => TransactionId;
  readonly log: Logger;
}
