// The directory everything of a run lies in, removed at its end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let directory: string | null = null;
let count = 0;

/** A path that nothing lies at yet. */
export function freshPath(name: string): string {
  count += 1;
  return join(workDirectory(), `${name}-${count}`);
}

function workDirectory(): string {
  if (directory !== null) return directory;
  const made = mkdtempSync(join(tmpdir(), 'apt-ostree-bench-'));
  // mounts are in this process's own namespace and unmounted by who made them: only images and empty directories are left
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  directory = made;
  return made;
}
