// Names in the directory that everything of a run lies in.

import { join } from 'node:path';
import { enclosedDirectory } from './enclosure.js';

let count = 0;

/** A path that nothing lies at yet. */
export function freshPath(name: string): string {
  const directory = enclosedDirectory();
  if (directory === null) throw new Error('only an enclosed run has a directory');
  count += 1;
  return join(directory, `${name}-${count}`);
}
