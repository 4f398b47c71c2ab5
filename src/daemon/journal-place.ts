// Where a sysroot's journal lies, and the lock that keeps a second writer out.

import { mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AptOstreeError } from '../model/errors.js';
import { flock } from '../native/libc.js';
import type { Sysroot } from '../native/sysroot.js';

/** In the running machine's /var, or below the var of the stateroot of a sysroot that lies on disk. @throws no-such-stateroot */
export function journalPath(sysroot: Sysroot): string {
  if (sysroot.isBooted()) return '/var/lib/apt-ostree/journal.db';
  const name = sysroot.deployments()[0]?.stateroot ?? sysroot.stateroots()[0];
  if (name === undefined)
    throw new AptOstreeError(
      'no-such-stateroot',
      `cannot serve ${sysroot.path}: it has no stateroot; make one with "apt-ostree compose sysroot"`,
    );
  return join(sysroot.path, 'ostree/deploy', name, 'var/lib/apt-ostree/journal.db');
}

/** Beside the journal: space that its filesystem keeps for the end of a transaction. */
export function reservePath(journal: string): string {
  return join(dirname(journal), 'journal.reserve');
}

/** A daemon that ends may need this long for its last words. */
const HANDOVER_MS = 5_000;

/** Held until the process ends. @throws journal-locked */
export async function lockJournal(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const fd = openSync(`${path}.lock`, 'a', 0o600);
  const deadlineMs = performance.now() + HANDOVER_MS;
  while (!flock(fd, { exclusive: true, wait: false })) {
    if (performance.now() > deadlineMs)
      throw new AptOstreeError(
        'journal-locked',
        `cannot serve: another apt-ostreed is at work on this sysroot (it holds ${path}.lock); wait until it has ended`,
      );
    await sleep(20);
  }
}
