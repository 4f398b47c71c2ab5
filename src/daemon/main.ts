// Entry point of apt-ostreed: reads the command line, and loads the rest beside what is needed after a death.

import { type ErrorCode, failureOf } from '../model/errors.js';
import { EarlyExecutor } from './early-executor.js';
import { parseDaemonOptions, USAGE } from './options.js';
import { programFiles } from './program-files.js';

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
  const files = programFiles(process.argv[1] ?? '');
  const early = new EarlyExecutor(options, files.executor);
  const { startDaemon } = await import('./start.js');
  await startDaemon({ options, files, early });
}

function exitStatus(code: ErrorCode): number {
  return code === 'invalid-configuration' ? EXIT_CONFIGURATION : 1;
}
