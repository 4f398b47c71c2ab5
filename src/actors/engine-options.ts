// What the engine is made of: its journal, its sysroot, and ways to act that only the daemon's wiring knows.

import type { Logger } from 'pino';
import type { JournalStore } from '../journal/store.js';
import type { Deployment } from '../model/deployment.js';
import type { TransactionId } from '../model/transaction.js';
import type { Executor, ExecutorOptions } from './executor-process.js';

export interface EngineOptions {
  readonly journal: JournalStore;
  readonly sysroot: string;
  /** Reads the sysroot's deployments, in boot order; called after each change. */
  readonly readDeployments: () => readonly Deployment[];
  readonly stateroots: () => readonly string[];
  readonly startExecutor: (options: Omit<ExecutorOptions, 'program'>) => Executor;
  /** Paths that transactions left and a tidy-up would remove. */
  readonly leftovers: () => readonly string[];
  /** Restarts the machine; called after a transaction that asked for it was committed. */
  readonly reboot: () => void;
  readonly bootId: string;
  readonly now: () => number;
  readonly newId: () => TransactionId;
  readonly log: Logger;
}
