// Whether the repo's objects are what their names say.

import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Lane } from './lane.js';
import { ostree } from './small-base.js';

/** Every object of a commit that the base does not have, by libostree's own check on importing it. */
export function brokenCommit(lane: Lane, commit: string): readonly string[] {
  const repo = join(lane.directory, 'verified');
  if (!existsSync(repo)) {
    ostree('init', `--repo=${repo}`, '--mode=bare');
    // what the base has is taken for granted here; a full check covers it
    appendFileSync(join(repo, 'config'), `parent=${lane.base.repo}\n`);
  }
  return complaints(() => ostree('pull-local', `--repo=${repo}`, '--untrusted', '--disable-fsync', lane.repo, commit));
}

/** Every object of the repo. */
export function brokenRepo(lane: Lane): readonly string[] {
  return complaints(() => ostree('fsck', '--quiet', '--all', `--repo=${lane.repo}`));
}

function complaints(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return [text.trim().split('\n').at(-1) ?? 'ostree failed'];
  }
}
