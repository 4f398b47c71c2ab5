// Restarts the machine the ordinary way, so that a staged deployment is finalized on the way down.

import type { Logger } from 'pino';
import { failureOf } from '../model/errors.js';
import { runChecked } from '../system/process.js';

export function rebootMachine(log: Logger): void {
  log.info('rebooting, as the transaction asked for');
  runChecked({ command: 'systemctl', args: ['reboot'], task: 'reboot' }).catch((error: unknown) => {
    log.error({ reason: failureOf(error).message }, 'the machine does not reboot');
  });
}
