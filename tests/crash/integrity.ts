// Whether the repo's objects are what their names say.

import { execFile } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Lane } from './lane.js';
import { ostree } from './small-base.js';

/** Every object of a commit that the base does not have, by libostree's own check on importing it. */
export async function brokenCommit(lane: Lane, commit: string): Promise<readonly string[]> {
  const repo = join(lane.directory, 'verified');
  if (!existsSync(repo)) {
    ostree('init', `--repo=${repo}`, '--mode=bare');
    // what the base has is taken for granted here; a full check covers it
    appendFileSync(join(repo, 'config'), `parent=${lane.base.repo}\n`);
  }
  return complaints('pull-local', `--repo=${repo}`, '--untrusted', '--disable-fsync', lane.repo, commit);
}

/** Every object of the repo. */
export async function brokenRepo(lane: Lane): Promise<readonly string[]> {
  return complaints('fsck', '--quiet', '--all', `--repo=${lane.repo}`);
}

/** The cases of other sysroots go on meanwhile: daemons do not wait for a client forever. */
async function complaints(...check: readonly string[]): Promise<readonly string[]> {
  try {
    await promisify(execFile)('ostree', check);
    return [];
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return [text.trim().split('\n').at(-1) ?? 'ostree failed'];
  }
}
