// The log as the bus code writes to it.

import type { Logger } from 'pino';
import type { Log } from '../dbus/tree.js';

export function serviceLog(log: Logger): Log {
  return {
    bug: (error) => log.error({ error: error instanceof Error ? error.stack : String(error) }, 'bug'),
    note: (line) => log.info(line),
  };
}
