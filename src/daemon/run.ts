// The daemon put together: journal, engine and service over one sysroot. It recovers, and only then lets itself be found.

import type { Logger } from 'pino';
import { ExecutorProcess } from '../actors/executor-process.js';
import { launchExecutor } from '../actors/launch-executor.js';
import { TransactionEngine } from '../actors/transaction-engine.js';
import type { JournalLocation } from '../journal/database.js';
import type { JournalStore } from '../journal/store.js';
import { stepDefinition } from '../model/steps.js';
import { Sysroot } from '../native/sysroot.js';
import { bootId } from '../system/boot-id.js';
import { newTransactionId } from '../system/transaction-id.js';
import type { EarlyExecutor } from './early-executor.js';
import { journalPath, lockJournal, reservePath } from './journal-place.js';
import { leftovers } from './leftovers.js';
import type { DaemonOptions } from './options.js';
import type { ProgramFiles } from './program-files.js';
import { rebootMachine } from './reboot.js';
import { FileReserve } from './reserve.js';
import { serve } from './serve.js';
import type { Settings } from './settings.js';

export interface DaemonParts {
  readonly options: DaemonOptions;
  readonly settings: Settings;
  readonly files: ProgramFiles;
  /** Serves the first who needs an executor. */
  readonly early?: EarlyExecutor;
  readonly openJournal: (location: JournalLocation) => JournalStore;
  readonly log: Logger;
}

/** Returns once it serves. @throws invalid-sysroot, no-such-stateroot, journal-locked, journal-broken */
export async function runDaemon(parts: DaemonParts): Promise<void> {
  const { options, settings, log } = parts;
  const engine = await openEngine(parts);
  engine.recover();
  await serve({ engine, options, settings, log });
  parts.early?.dismiss();
}

async function openEngine({ options, files, early, openJournal, log }: DaemonParts): Promise<TransactionEngine> {
  const sysroot = Sysroot.open(options.sysroot);
  const path = options.journal ?? journalPath(sysroot);
  await lockJournal(path);
  const readDeployments = () => {
    sysroot.loadIfChanged();
    return sysroot.deployments();
  };
  const reserve = new FileReserve(reservePath(path), log);
  const makeRoom = () => reserve.letGo();
  const launch = () => early?.take() ?? launchExecutor(files.executor);
  return new TransactionEngine({
    journal: openJournal({ path, migrations: files.migrations, nativeBinding: files.sqliteBinding, makeRoom }),
    reserve,
    deadlineMs: (kind) => options.deadlinesMs.get(kind) ?? stepDefinition(kind).deadlineMs,
    sysroot: options.sysroot,
    readDeployments,
    stateroots: () => sysroot.stateroots(),
    startExecutor: (executor) => new ExecutorProcess({ ...executor, launch }),
    leftovers: () => leftovers(options.sysroot, readDeployments()),
    reboot: () => rebootMachine(log),
    bootId: options.bootId ?? bootId(),
    now: () => Date.now(),
    newId: newTransactionId,
    log,
  });
}
