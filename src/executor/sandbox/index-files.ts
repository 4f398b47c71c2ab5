// apt's index files of a machine: whether there are any, and whether they are still the same.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StepContext } from '../step-handler.js';

type IndexContext = Pick<StepContext, 'paths'>;

export function hasIndexes({ paths }: IndexContext): boolean {
  return indexFiles(paths.aptLists).some((name) => /_(Packages(\.\w+)?|InRelease|Release)$/.test(name));
}

export function indexDigest({ paths }: IndexContext): string {
  const hash = createHash('sha256');
  for (const name of indexFiles(paths.aptLists)) {
    const { size, mtimeMs } = statSync(join(paths.aptLists, name));
    hash.update(`${name} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function indexFiles(lists: string): readonly string[] {
  if (!existsSync(lists)) return [];
  return readdirSync(lists, { withFileTypes: true })
    .filter((each) => each.isFile() && each.name !== 'lock')
    .map((each) => each.name)
    .sort();
}
