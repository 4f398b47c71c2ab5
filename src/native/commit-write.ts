// Writes commits: of a whole directory, or of a base commit and what was changed on top of it.

import { renameSync, rmSync } from 'node:fs';
import { type Checksum, checksum, type MetadataValue } from '../model/deployment.js';
import type { Pointer, Slot } from './foreign.js';
import { attempt, present, taken } from './gerror.js';
import { call } from './libraries.js';
import { type LayerStats, planUpper, settleUpper } from './overlay-upper.js';
import { type Owned, ownModifier, ownObject } from './ownership.js';
import { inTransaction } from './repo-transaction.js';
import { metadataVariant } from './variants.js';

export interface CommitDescription {
  /** Ref moved to the commit in the same transaction, or null. */
  readonly ref: string | null;
  readonly parent: Checksum | null;
  readonly subject: string;
  /** Numbers become uint64 (`t`), lists `as`. */
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  /** Null takes the present time. */
  readonly timestampSeconds: number | null;
}

export interface CommitTreeOptions extends CommitDescription {
  readonly directory: string;
  /** Owner 0:0 and plain permissions, no extended attributes. */
  readonly canonical?: boolean;
}

export interface CommitLayerOptions extends CommitDescription {
  readonly base: Checksum;
  /**
   * Upper directory of an unmounted overlayfs (`redirect_dir=off,metacopy=off`). It is used up: renamed to `UPPER.spent`
   * before the first change to it, and removed at the end. So an UPPER that is there is whole, also after a crash.
   */
  readonly upper: string;
  /** Moves the files into the repo instead of copying; needs the repo's filesystem and mount. */
  readonly consume: boolean;
}

export interface CommitResult {
  readonly checksum: Checksum;
  /** Checksums of the root directory: equal contents and meta mean equal trees. */
  readonly rootContents: string;
  readonly rootMeta: string;
  readonly objectsWritten: number;
  readonly contentBytesWritten: number;
}

type Repo = Owned<'OstreeRepo'>;
type Tree = Owned<'OstreeMutableTree'>;

export function commitTree(repo: Repo, options: CommitTreeOptions): CommitResult {
  using tree = ownObject(call('ostree_mutable_tree_new'));
  const flags = options.canonical === true ? CANONICAL_PERMISSIONS | SKIP_XATTRS : 0;
  return inTransaction(repo, () => {
    writeDirectory(repo, tree, options.directory, flags);
    return writeCommit(repo, tree, options);
  });
}

export function commitLayer(repo: Repo, options: CommitLayerOptions): CommitResult & { readonly stats: LayerStats } {
  const { base, upper, consume } = options;
  using tree = ownObject(
    attempt(`read the base commit ${base}`, 'ostree_mutable_tree_new_from_commit', repo.pointer, base),
  );
  const plan = planUpper(upper, tree.pointer);
  const spent = spend(upper);
  settleUpper(spent, plan);
  const result = inTransaction(repo, () => {
    writeDirectory(repo, tree, spent, consume ? CONSUME : 0);
    return writeCommit(repo, tree, options);
  });
  rmSync(spent, { recursive: true, force: true });
  return { ...result, stats: plan.stats };
}

const AT_FDCWD = -100;
const SKIP_XATTRS = 1 << 0;
const CANONICAL_PERMISSIONS = 1 << 2;
const CONSUME = 1 << 4;

function spend(upper: string): string {
  const spent = `${upper}.spent`;
  rmSync(spent, { recursive: true, force: true });
  renameSync(upper, spent);
  return spent;
}

function writeDirectory(repo: Repo, tree: Tree, directory: string, flags: number): void {
  using modifier = ownModifier(call('ostree_repo_commit_modifier_new', flags, null, null, null));
  const doing = `commit ${directory}`;
  attempt(
    doing,
    'ostree_repo_write_dfd_to_mtree',
    repo.pointer,
    AT_FDCWD,
    directory,
    tree.pointer,
    modifier.pointer,
    null,
  );
}

/** Everything but the figures of the transaction. */
type Written = Omit<CommitResult, 'objectsWritten' | 'contentBytesWritten'>;

function writeCommit(
  repo: Repo,
  tree: Tree,
  { ref, parent, subject, metadata, timestampSeconds }: CommitDescription,
): Written {
  const rootSlot: Slot<Pointer<'OstreeRepoFile'>> = [null];
  attempt('write a tree', 'ostree_repo_write_mtree', repo.pointer, tree.pointer, rootSlot, null);
  using root = ownObject(rootSlot[0]);
  using dictionary = metadataVariant(metadata);
  const seconds = timestampSeconds ?? Math.floor(Date.now() / 1000);
  const slot: Slot<string> = [null];
  const given = [repo.pointer, parent, subject, null, dictionary.pointer, root.pointer, seconds, slot, null] as const;
  attempt('write a commit', 'ostree_repo_write_commit_with_time', ...given);
  const commit = checksum(taken(slot));
  if (ref !== null) call('ostree_repo_transaction_set_refspec', repo.pointer, ref, commit);
  return {
    checksum: commit,
    rootContents: present(call('ostree_repo_file_tree_get_contents_checksum', root.pointer)),
    rootMeta: present(call('ostree_repo_file_tree_get_metadata_checksum', root.pointer)),
  };
}
