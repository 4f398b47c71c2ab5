// Entry point of apt-ostree: a thin client that parses, asks the daemon, follows and renders.

import { processContext } from './context.js';
import { STATUS_LEFT } from './left.js';
import { run } from './run.js';

const outputClosed = new AbortController();
// the reader of a pipe has left (`apt-ostree status | head -1`): nobody to tell it to; a transaction goes on being followed
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    outputClosed.abort();
  });
}

run(processContext(process.argv.slice(2), outputClosed.signal)).then((status) => {
  // somebody who leaves does not wait for what is still under way
  if (status === STATUS_LEFT) process.exit(status);
  process.exitCode = status;
});
