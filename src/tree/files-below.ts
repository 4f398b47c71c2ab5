// The files and symlinks below a directory, whatever their depth.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths relative to the directory; none where it does not exist. */
export function filesBelow(directory: string, path = ''): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const child = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(join(directory, entry.name), child);
    return entry.isFile() || entry.isSymbolicLink() ? [child] : [];
  });
}
