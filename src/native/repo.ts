// A repo: its refs, its commits, and the ways to write, read and check them out.

import type { Checksum, CommitFacts, MetadataValue } from '../model/deployment.js';
import type { CommitTree } from './commit-tree.js';

export type RepoMode = 'bare' | 'bare-user' | 'archive';

export interface CheckoutOptions {
  readonly checksum: Checksum;
  /** Only this directory of the commit, `/usr/lib`; null or absent for all. */
  readonly subpath?: string | null;
  /** Absolute path; made when it does not exist. */
  readonly destination: string;
  /** Hard links to the repo's objects (never write to them); false copies. */
  readonly hardlinks: boolean;
}

interface CommitDescription {
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
  /** Upper directory of an unmounted overlayfs (`redirect_dir=off,metacopy=off`). */
  readonly upper: string;
  /** Moves the files into the repo, emptying `upper`; needs the repo's filesystem and mount. */
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

export interface LayerStats {
  readonly files: number;
  readonly directories: number;
  readonly whiteouts: number;
  readonly opaque: number;
  readonly typeChanges: number;
}

export interface PullLocalOptions {
  /** Path of the repo pulled from. */
  readonly from: string;
  readonly refs: readonly string[];
  /** Name of the remote the refs are stored under; null or absent keeps them as local refs. */
  readonly remote?: string | null;
}

export declare class Repo implements Disposable {
  /** @throws ostree-failed */
  static open(path: string): Repo;
  static create(path: string, mode: RepoMode): Repo;

  readonly path: string;
  /** Commit of a ref, `REMOTE:REF`, or a full or abbreviated checksum; null when there is none. */
  resolve(revision: string): Checksum | null;
  /** All refs, or those below PREFIX, by their full name. */
  refs(prefix: string | null): ReadonlyMap<string, Checksum>;
  /** Sets or (null) removes a ref; durable when it returns. */
  setRef(ref: string, checksum: Checksum | null): void;
  /** Whether the commit is here and not partial. */
  hasCommit(checksum: Checksum): boolean;
  /** @throws no-such-revision */
  commitFacts(checksum: Checksum): CommitFacts;
  checkout(options: CheckoutOptions): void;
  /** The files of a commit, read as they are asked for. @throws no-such-revision */
  tree(checksum: Checksum): CommitTree;
  /** A regular file out of a commit; null when it is not there. */
  readFile(checksum: Checksum, path: string): Buffer | null;
  /** Walks the whole directory. */
  commitTree(options: CommitTreeOptions): CommitResult;
  /** Applies an overlay's upper directory to a base commit; the cost follows the size of the upper. */
  commitLayer(options: CommitLayerOptions): CommitResult & { readonly stats: LayerStats };
  /** Root checksums of a commit. */
  rootChecksums(checksum: Checksum): { readonly contents: string; readonly meta: string };
  /** Removes objects that no ref reaches. */
  prune(): { readonly objects: number; readonly freedBytes: number };
  pullLocal(options: PullLocalOptions): void;
  [Symbol.dispose](): void;
}
