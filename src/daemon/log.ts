// The daemon's log: structured lines on stderr, for journald or whoever started it.

import { destination, type Logger, pino } from 'pino';

/** Synchronous: the last line before a crash is the one that matters. A private daemon speaks to a person and keeps to warnings. */
export function daemonLog({ verbose, quiet }: { readonly verbose: boolean; readonly quiet: boolean }): Logger {
  const level = verbose ? 'debug' : quiet ? 'silent' : 'info';
  return pino({ name: 'apt-ostreed', level, base: { pid: process.pid } }, destination({ fd: 2, sync: true }));
}
