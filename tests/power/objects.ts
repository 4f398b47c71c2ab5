// Whether every commit that a ref or a deployment names is whole: all objects there, each with the bytes its name says.

import { createHash } from 'node:crypto';
import { appendFileSync, lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ostree, type SmallBase } from '../crash/small-base.js';
import type { Machine } from './machine.js';

export interface ObjectCheck {
  readonly base: SmallBase;
  /** Objects that were there before anything was recorded. */
  readonly known: ReadonlySet<string>;
  /** What was found wrong, by a digest of all that was looked at: the same bytes get the same verdict. */
  readonly verdicts: Map<string, readonly string[]>;
}

export function objectCheck(base: SmallBase, objects: readonly string[]): ObjectCheck {
  return { base, known: new Set(objects), verdicts: new Map() };
}

export function objectViolations(
  machine: Machine,
  commits: ReadonlySet<string>,
  { base, known, verdicts }: ObjectCheck,
): readonly string[] {
  const objects = new Set(machine.objects());
  const fresh = [...objects].filter((each) => !known.has(each)).sort();
  const lost = [...known].filter((each) => !objects.has(each)).sort();
  const key = digestOf(machine, { fresh, lost, commits });
  // what the recording does not touch is looked at when some of it has gone, as a prune takes away what nothing names
  const verdict = verdicts.get(key) ?? [
    ...(lost.length > 0 || verdicts.size === 0 ? brokenRepo(machine) : []),
    ...[...commits].flatMap((commit) => brokenCommit(machine, commit, base)),
  ];
  verdicts.set(key, verdict);
  return verdict;
}

/** Every object of the repo that a ref reaches. */
function brokenRepo({ repo }: Machine): readonly string[] {
  return complaints(() => ostree('fsck', '--quiet', `--repo=${repo}`));
}

/** libostree's own check on importing: each object that the base does not have is read and hashed. */
function brokenCommit({ repo }: Machine, commit: string, base: SmallBase): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), 'verified-'));
  try {
    ostree('init', `--repo=${directory}`, '--mode=bare');
    appendFileSync(join(directory, 'config'), `parent=${base.repo}\n`);
    return complaints(() =>
      ostree('pull-local', `--repo=${directory}`, '--untrusted', '--disable-fsync', repo, commit),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface Looked {
  readonly fresh: readonly string[];
  readonly lost: readonly string[];
  readonly commits: ReadonlySet<string>;
}

function digestOf({ repo }: Machine, { fresh, lost, commits }: Looked): string {
  const hash = createHash('sha256').update(`${[...commits].sort().join()} ${lost.join()}\n`);
  for (const name of fresh) {
    const file = join(repo, 'objects', name);
    const { mode, uid, gid, size } = lstatSync(file);
    hash.update(`${name} ${mode} ${uid} ${gid} ${size}\n`);
    hash.update((mode & 0o170000) === 0o120000 ? readlinkSync(file) : readFileSync(file));
  }
  return hash.digest('hex');
}

function complaints(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return [`ostree: ${text.trim().split('\n').at(-1) ?? 'failed'}`];
  }
}
