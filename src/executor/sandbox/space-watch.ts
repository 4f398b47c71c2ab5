// Watches the free space of a disk while packages' scripts write to it: no quota binds them, and the machine needs the rest.

import { statfs } from 'node:fs/promises';

/** What a disk check leaves to spare, so that no package that fits comes near it. */
export const RESERVED_BYTES = 64 * 1024 * 1024;
const INTERVAL_MS = 250;

export interface SpaceWatch extends Disposable {
  /** Aborted once less than the reserve is free. */
  readonly signal: AbortSignal;
}

export function watchSpace(directory: string): SpaceWatch {
  const controller = new AbortController();
  const look = async () => {
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize < RESERVED_BYTES) controller.abort();
  };
  // a directory that went away is somebody else's error
  const timer = setInterval(() => void look().catch(() => undefined), INTERVAL_MS);
  return { signal: controller.signal, [Symbol.dispose]: () => clearInterval(timer) };
}
