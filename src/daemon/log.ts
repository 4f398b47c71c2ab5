// The daemon's log: structured lines on stderr, for journald or whoever started it.

import { destination, type Logger, pino } from 'pino';

/** Synchronous: the last line before a crash is the one that matters. */
export function daemonLog(level: string): Logger {
  return pino({ name: 'apt-ostreed', level, base: { pid: process.pid } }, destination({ fd: 2, sync: true }));
}
