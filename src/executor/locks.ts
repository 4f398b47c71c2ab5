// The two locks an executor holds for its life: its own, inherited by its children, and libostree's on the sysroot.

import { mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AptOstreeError } from '../model/errors.js';
import { flock } from '../native/libc.js';
import { Sysroot } from '../native/sysroot.js';
import { killOrphans } from './orphans.js';

/** How long an executor that was killed may take to be really gone, its children included. */
const PREDECESSOR_MS = 60_000;
/** What of it is alive after so long goes on by itself, or hangs. */
const ORPHANS_MS = 1_000;
/** How long another program may hold the sysroot, or keep its filesystem frozen, before we say so. */
const SYSROOT_MS = 10_000;
const POLL_MS = 20;

/** Free means that nothing of an earlier executor is alive. Returns the descriptor, which children must inherit. @throws sysroot-locked */
export async function takeExecutorLock(path: string, signal: AbortSignal): Promise<number> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fd = openSync(path, 'a', 0o600);
  let reapAtMs = performance.now() + ORPHANS_MS;
  const attempt = (): number | null => {
    if (flock(fd, { exclusive: true, wait: false })) return fd;
    if (performance.now() < reapAtMs) return null;
    killOrphans(fd);
    reapAtMs += ORPHANS_MS;
    return null;
  };
  return until(attempt, {
    signal,
    limitMs: PREDECESSOR_MS,
    otherwise: 'cannot begin: parts of an earlier transaction are still running',
  });
}

/**
 * Comes before everything that writes: with its lock libostree makes a read-only /sysroot writable in our mount namespace,
 * and a repo opened before that would stay read-only. Hence opened anew at each try.
 * @throws invalid-sysroot, sysroot-locked
 */
export async function openLockedSysroot(path: string, signal: AbortSignal): Promise<Sysroot> {
  const attempt = (): Sysroot | null => {
    const sysroot = openUnlessBusy(path);
    if (sysroot === null || sysroot.tryLock()) return sysroot;
    sysroot[Symbol.dispose]();
    return null;
  };
  return until(attempt, {
    signal,
    limitMs: SYSROOT_MS,
    otherwise: `cannot begin: another program holds the lock of the sysroot ${path}, or keeps its filesystem frozen`,
  });
}

/** A frozen filesystem refuses to be remounted, while everything else that writes to it waits: so do we. */
function openUnlessBusy(path: string): Sysroot | null {
  try {
    return Sysroot.open(path, { ownMountNamespace: true });
  } catch (error) {
    if (error instanceof AptOstreeError && error.code === 'sysroot-locked') return null;
    throw error;
  }
}

async function until<Got>(
  attempt: () => Got | null,
  {
    signal,
    limitMs,
    otherwise,
  }: { readonly signal: AbortSignal; readonly limitMs: number; readonly otherwise: string },
): Promise<Got> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const got = attempt();
    if (got !== null) return got;
    if (signal.aborted) throw new AptOstreeError('cancelled', 'cancelled while waiting for a lock');
    if (performance.now() > deadlineMs) throw new AptOstreeError('sysroot-locked', otherwise);
    await sleep(POLL_MS);
  }
}
