// Entry point of apt-ostreed: reads the command line and runs the daemon with the parts it is shipped with.

import { JournalStore } from '../journal/store.js';
import { failureOf } from '../model/errors.js';
import { daemonLog } from './log.js';
import { parseDaemonOptions, USAGE } from './options.js';
import { programFiles } from './program-files.js';
import { runDaemon } from './run.js';

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
  const files = programFiles(process.argv[1] ?? '');
  await runDaemon({ options, files, openJournal: (location) => new JournalStore(location), log });
}
