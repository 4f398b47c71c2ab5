// Entry point of apt-ostreed: reads the command line and runs the daemon with the parts it is shipped with.

import { JournalStore } from '../journal/store.js';
import { type ErrorCode, failureOf } from '../model/errors.js';
import { daemonLog } from './log.js';
import { parseDaemonOptions, USAGE } from './options.js';
import { programFiles } from './program-files.js';
import { runDaemon } from './run.js';
import { settingsFor } from './settings.js';

/** systemd does not start it again for this: nothing changes until somebody mends the file. */
const EXIT_CONFIGURATION = 78;

main().catch((error: unknown) => {
  const { code, message } = failureOf(error);
  process.stderr.write(`error: ${message}\n`);
  process.exit(exitStatus(code));
});

async function main(): Promise<void> {
  const options = parseDaemonOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
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
  const files = programFiles(process.argv[1] ?? '');
  await runDaemon({ options, settings, files, openJournal: (location) => new JournalStore(location), log });
}

function exitStatus(code: ErrorCode): number {
  return code === 'invalid-configuration' ? EXIT_CONFIGURATION : 1;
}
