// Word to the service manager.

import { AptOstreeError } from '../model/errors.js';
import { systemd } from './libraries.js';

/** Tells systemd a state (`READY=1`); nothing happens where no NOTIFY_SOCKET is set. */
export function notify(state: string): void {
  if (process.env['NOTIFY_SOCKET'] === undefined) return;
  const result = systemd('sd_notify', 0, state);
  if (result < 0) throw new AptOstreeError('command-failed', `cannot notify systemd: error ${-result}`);
}
