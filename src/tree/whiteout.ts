// How overlayfs marks, in an upper directory, that a file of a lower one is removed.

import type { Stats } from 'node:fs';

/** A character device 0:0. */
export function isWhiteout(stat: Stats): boolean {
  return stat.isCharacterDevice() && stat.rdev === 0;
}
