// Refs of a repo: reading, resolving, and setting them for good.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Checksum, checksum } from '../model/deployment.js';
import { AptOstreeError } from '../model/errors.js';
import { stringEntriesOf } from './containers.js';
import type { Pointer, Slot } from './foreign.js';
import { attempt } from './gerror.js';
import { syncDirectory } from './libc.js';
import { type Owned, ownHashTable } from './ownership.js';

type Repo = Owned<'OstreeRepo'>;

/** @throws invalid-refspec for text that is none, or an abbreviation of several commits */
export function resolveRevision(repo: Repo, revision: string): Checksum | null {
  const ALLOW_ABSENT = 1;
  const slot: Slot<string> = [null];
  try {
    attempt(
      `resolve ${JSON.stringify(revision)}`,
      'ostree_repo_resolve_rev',
      repo.pointer,
      revision,
      ALLOW_ABSENT,
      slot,
    );
  } catch (error) {
    if (!(error instanceof AptOstreeError)) throw error;
    throw new AptOstreeError('invalid-refspec', error.message, { cause: error });
  }
  return slot[0] === null || slot[0] === '' ? null : checksum(slot[0]);
}

export function listRefs(repo: Repo, prefix: string | null): ReadonlyMap<string, Checksum> {
  const slot: Slot<Pointer<'GHashTable'>> = [null];
  attempt('list refs', 'ostree_repo_list_refs_ext', repo.pointer, prefix, slot, 0, null);
  using table = ownHashTable(slot[0]);
  const entries = stringEntriesOf(table).map(([ref, commit]) => [ref, checksum(commit)] as const);
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Sets or (null) removes a ref. */
export function setRef(repo: Repo, path: string, refspec: string, commit: Checksum | null): void {
  const { remote, ref } = splitRefspec(refspec);
  attempt(`set the ref ${refspec}`, 'ostree_repo_set_ref_immediate', repo.pointer, remote, ref, commit, null);
  syncRef(path, refspec);
}

/** libostree syncs a ref's file but not the directories it was renamed into. */
export function syncRef(path: string, refspec: string): void {
  const { remote, ref } = splitRefspec(refspec);
  const top = join(path, 'refs', remote === null ? 'heads' : `remotes/${remote}`);
  for (let directory = dirname(join(top, ref)); directory.startsWith(top); directory = dirname(directory))
    if (existsSync(directory)) syncDirectory(directory);
}

function splitRefspec(refspec: string): { readonly remote: string | null; readonly ref: string } {
  const colon = refspec.indexOf(':');
  return colon < 0
    ? { remote: null, ref: refspec }
    : { remote: refspec.slice(0, colon), ref: refspec.slice(colon + 1) };
}
