// An executor that starts while the daemon still loads itself and reads its journal: after a death somebody needs one,
// and both take about as long to start.

import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { launchExecutor } from '../actors/launch-executor.js';
import type { DaemonOptions } from './options.js';

export class EarlyExecutor {
  #child: ChildProcess | null = null;

  /** Starts one where a journal was not closed in order. */
  constructor(options: Pick<DaemonOptions, 'sysroot' | 'journal'>, program: string) {
    if (!journalsOf(options).some(wasLeftOpen)) return;
    const child = launchExecutor(program);
    // who cannot have this one starts another, and hears of the reason
    child.once('error', () => this.dismiss());
    this.#child = child;
  }

  /** Null when there is none, or none any more. */
  take(): ChildProcess | null {
    const child = this.#child;
    this.#child = null;
    // the end of one that ended meanwhile would never be heard of
    const alive = child?.connected === true && child.exitCode === null && child.signalCode === null;
    return alive ? child : null;
  }

  /** Lets one go that nobody took. */
  dismiss(): void {
    const child = this.take();
    child?.disconnect();
  }
}

/** Where the journal may be, as long as the sysroot has not been read. */
function journalsOf({ sysroot, journal }: Pick<DaemonOptions, 'sysroot' | 'journal'>): readonly string[] {
  if (journal !== null) return [journal];
  const stateroots = join(sysroot, 'ostree/deploy');
  const names = existsSync(stateroots) ? readdirSync(stateroots) : [];
  const own = names.map((name) => join(stateroots, name, 'var/lib/apt-ostree/journal.db'));
  return sysroot === '/' ? ['/var/lib/apt-ostree/journal.db', ...own] : own;
}

/** SQLite takes the log beside a database away when it is closed. */
function wasLeftOpen(journal: string): boolean {
  return (statSync(`${journal}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
