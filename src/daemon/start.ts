// The daemon with the parts it is shipped with.

import { JournalStore } from '../journal/store.js';
import { failureOf } from '../model/errors.js';
import type { EarlyExecutor } from './early-executor.js';
import { daemonLog } from './log.js';
import type { DaemonOptions } from './options.js';
import type { ProgramFiles } from './program-files.js';
import { runDaemon } from './run.js';
import { settingsFor } from './settings.js';

export interface Start {
  readonly options: DaemonOptions;
  readonly files: ProgramFiles;
  readonly early: EarlyExecutor;
}

/** @throws what `settingsFor` and `runDaemon` throw */
export async function startDaemon({ options, files, early }: Start): Promise<void> {
  const settings = settingsFor(options);
  const log = daemonLog(options.logLevel ?? settings.present.logLevel);
  settings.onReload(() => {
    log.level = options.logLevel ?? settings.present.logLevel;
  });
  process.on('uncaughtException', (error) => {
    // nothing is lost by ending: the journal says where the next start goes on
    log.fatal({ error: error.stack }, 'bug');
    if (options.peer) process.stderr.write(`error: ${failureOf(error).message}\n`);
    process.exit(1);
  });
  await runDaemon({ options, settings, files, early, openJournal: (location) => new JournalStore(location), log });
}
