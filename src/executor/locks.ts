// The two locks an executor holds for its life: its own, inherited by its children, and libostree's on the sysroot.

import { mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AptOstreeError } from '../model/errors.js';
import { flock } from '../native/libc.js';
import { Sysroot } from '../native/sysroot.js';

/** How long an executor that was killed may take to be really gone, its children included. */
const PREDECESSOR_MS = 60_000;
/** How long another program may hold the sysroot before we say so. */
const SYSROOT_MS = 10_000;
const POLL_MS = 20;

/** Free means that nothing of an earlier executor is alive. Returns the descriptor, which children must inherit. @throws sysroot-locked */
export async function takeExecutorLock(path: string, signal: AbortSignal): Promise<number> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fd = openSync(path, 'a', 0o600);
  await until(() => flock(fd, { exclusive: true, wait: false }), {
    signal,
    limitMs: PREDECESSOR_MS,
    otherwise: 'cannot begin: parts of an earlier transaction are still running',
  });
  return fd;
}

/** @throws invalid-sysroot, sysroot-locked */
export async function openLockedSysroot(path: string, signal: AbortSignal): Promise<Sysroot> {
  const sysroot = Sysroot.open(path, { ownMountNamespace: true });
  await until(() => sysroot.tryLock(), {
    signal,
    limitMs: SYSROOT_MS,
    otherwise: `cannot begin: another program holds the lock of the sysroot ${path}`,
  });
  sysroot.loadIfChanged();
  return sysroot;
}

async function until(
  attempt: () => boolean,
  {
    signal,
    limitMs,
    otherwise,
  }: { readonly signal: AbortSignal; readonly limitMs: number; readonly otherwise: string },
): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!attempt()) {
    if (signal.aborted) throw new AptOstreeError('cancelled', 'cancelled while waiting for a lock');
    if (performance.now() > deadlineMs) throw new AptOstreeError('sysroot-locked', otherwise);
    await sleep(POLL_MS);
  }
}
