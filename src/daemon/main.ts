// Entry point of apt-ostreed: puts the parts together, recovers, and only then lets itself be found.

import { ExecutorProcess } from '../actors/executor-process.js';
import { TransactionEngine } from '../actors/transaction-engine.js';
import { JournalStore } from '../journal/store.js';
import { failureOf } from '../model/errors.js';
import { Sysroot } from '../native/sysroot.js';
import { bootId } from '../system/boot-id.js';
import { newTransactionId } from '../system/transaction-id.js';
import { journalPath, lockJournal } from './journal-place.js';
import { leftovers } from './leftovers.js';
import { daemonLog } from './log.js';
import { type DaemonOptions, parseDaemonOptions, USAGE } from './options.js';
import { programFiles } from './program-files.js';
import { rebootMachine } from './reboot.js';
import { serve } from './serve.js';

main().catch((error: unknown) => {
  process.stderr.write(`error: ${failureOf(error).message}\n`);
  process.exit(1);
});

async function main(): Promise<void> {
  const options = parseDaemonOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const log = daemonLog(options.logLevel);
  process.on('uncaughtException', (error) => {
    // nothing is lost by ending: the journal says where the next start goes on
    log.fatal({ error: error.stack }, 'bug');
    if (options.peer) process.stderr.write(`error: ${failureOf(error).message}\n`);
    process.exit(1);
  });
  const engine = await openEngine(options, log);
  await serve({ engine, options, log });
}

async function openEngine(options: DaemonOptions, log: ReturnType<typeof daemonLog>): Promise<TransactionEngine> {
  const sysroot = Sysroot.open(options.sysroot);
  const path = options.journal ?? journalPath(sysroot);
  await lockJournal(path);
  const files = programFiles(process.argv[1] ?? '');
  const engine = new TransactionEngine({
    journal: new JournalStore({ path, migrations: files.migrations, nativeBinding: files.sqliteBinding }),
    sysroot: options.sysroot,
    readDeployments: () => {
      sysroot.loadIfChanged();
      return sysroot.deployments();
    },
    stateroots: () => sysroot.stateroots(),
    startExecutor: (executor) => new ExecutorProcess({ ...executor, program: files.executor }),
    leftovers: () => leftovers(options.sysroot),
    reboot: () => rebootMachine(log),
    bootId: bootId(),
    now: () => Date.now(),
    newId: newTransactionId,
    log,
  });
  engine.recover();
  return engine;
}
