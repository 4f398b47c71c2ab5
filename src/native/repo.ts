// A repo: its refs, its commits, and the ways to write, read and check them out.

import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Checksum, CommitFacts } from '../model/deployment.js';
import { AptOstreeError } from '../model/errors.js';
import { type CheckoutOptions, checkout } from './checkout.js';
import { type CommitObject, readCommit } from './commit-facts.js';
import { CommitTree } from './commit-tree.js';
import {
  type CommitLayerOptions,
  type CommitResult,
  type CommitTreeOptions,
  commitLayer,
  commitTree,
} from './commit-write.js';
import type { Pointer, Slot } from './foreign.js';
import { attempt, attemptToFind } from './gerror.js';
import type { LayerStats } from './overlay-upper.js';
import { type Owned, ownObject, ownVariant } from './ownership.js';
import { type PruneResult, pruneRepo } from './prune.js';
import { type PullLocalOptions, type PullOptions, pullLocal, pullRemote } from './pull.js';
import { listRefs, resolveRevision, setRef, syncRef } from './refs.js';
import { setRepoOption } from './repo-config.js';
import { bytesOf } from './variants.js';

export type RepoMode = 'bare' | 'bare-user' | 'archive';

const AT_FDCWD = -100;
const MODES: Readonly<Record<RepoMode, number>> = { bare: 0, archive: 1, 'bare-user': 2 };

export class Repo implements Disposable {
  readonly path: string;
  readonly #repo: Owned<'OstreeRepo'>;
  readonly #prune: () => PruneResult;

  /** @throws ostree-failed when there is no repo */
  static open(path: string): Repo {
    const absolute = resolve(path);
    return new Repo(
      absolute,
      ownObject(attempt(`open the repo ${absolute}`, 'ostree_repo_open_at', AT_FDCWD, absolute, null)),
    );
  }

  /** Makes a repo, its directory too; one that exists in the same mode is opened. */
  static create(path: string, mode: RepoMode): Repo {
    const absolute = resolve(path);
    mkdirSync(dirname(absolute), { recursive: true });
    const given = [AT_FDCWD, absolute, MODES[mode], null, null] as const;
    return new Repo(absolute, ownObject(attempt(`create the repo ${absolute}`, 'ostree_repo_create_at', ...given)));
  }

  /** For `src/native` only; takes the reference over. A sysroot knows better what may be pruned. */
  constructor(path: string, repo: Owned<'OstreeRepo'>, prune = () => pruneRepo(repo)) {
    this.path = path;
    this.#repo = repo;
    this.#prune = prune;
  }

  get disposed(): boolean {
    return this.#repo.disposed;
  }

  /** Commit of a ref, `REMOTE:REF`, or a full or abbreviated checksum; null when there is none. @throws invalid-refspec */
  resolve(revision: string): Checksum | null {
    const commit = resolveRevision(this.#repo, revision);
    return commit !== null && this.#load(commit) !== null ? commit : null;
  }

  /** All refs, or those below PREFIX, by their full name. */
  refs(prefix: string | null): ReadonlyMap<string, Checksum> {
    return listRefs(this.#repo, prefix);
  }

  /** Sets or (null) removes a ref; durable when it returns. */
  setRef(ref: string, checksum: Checksum | null): void {
    setRef(this.#repo, this.path, ref, checksum);
  }

  /** Whether the commit is here and not partial. */
  hasCommit(checksum: Checksum): boolean {
    return this.#load(checksum)?.partial === false;
  }

  /** @throws no-such-revision */
  commitFacts(checksum: Checksum): CommitFacts {
    return this.#commit(checksum).facts;
  }

  /** Root checksums of a commit. @throws no-such-revision */
  rootChecksums(checksum: Checksum): { readonly contents: string; readonly meta: string } {
    const { rootContents, rootMeta } = this.#commit(checksum);
    return { contents: rootContents, meta: rootMeta };
  }

  /** The files of a commit, read as they are asked for. @throws no-such-revision */
  tree(checksum: Checksum): CommitTree {
    return new CommitTree(this.#repo, this.#commit(checksum).rootContents);
  }

  /** A regular file out of a commit; null when it is not there. @throws no-such-revision */
  readFile(checksum: Checksum, path: string): Buffer | null {
    return this.tree(checksum).read(path);
  }

  checkout(options: CheckoutOptions): void {
    checkout(this.#repo, options);
  }

  /** Walks the whole directory. */
  commitTree(options: CommitTreeOptions): CommitResult {
    const result = commitTree(this.#repo, options);
    if (options.ref !== null) syncRef(this.path, options.ref);
    return result;
  }

  /**
   * Applies an overlay's upper directory to a base commit; the cost follows the size of the upper.
   * @throws no-such-revision, invalid-tree, unsupported-path with the upper left as it was; no-space
   */
  commitLayer(options: CommitLayerOptions): CommitResult & { readonly stats: LayerStats } {
    this.#commit(options.base);
    const result = commitLayer(this.#repo, options);
    if (options.ref !== null) syncRef(this.path, options.ref);
    return result;
  }

  /** Removes objects that no ref reaches, nor, in a sysroot's repo, a deployment. */
  prune(): PruneResult {
    return this.#prune();
  }

  pullLocal(options: PullLocalOptions): void {
    pullLocal(this.#repo, options);
    const remote = options.remote ?? null;
    for (const ref of options.refs) syncRef(this.path, remote === null ? ref : `${remote}:${ref}`);
  }

  /** @throws fetch-failed, signature-invalid, no-space */
  pull(options: PullOptions): void {
    pullRemote(this.#repo, options);
    for (const ref of options.refs) syncRef(this.path, `${options.remote}:${ref}`);
  }

  /** Sets a key of the repo's configuration, e.g. `sysroot` `bootloader` `none`. */
  setOption(group: string, key: string, value: string): void {
    setRepoOption(this.#repo, { group, key, value });
  }

  [Symbol.dispose](): void {
    this.#repo[Symbol.dispose]();
  }

  #commit(checksum: Checksum): CommitObject {
    const loaded = this.#load(checksum);
    if (loaded === null)
      throw new AptOstreeError('no-such-revision', `cannot find the commit ${checksum} in ${this.path}`);
    return loaded.commit;
  }

  #load(checksum: Checksum): { readonly commit: CommitObject; readonly partial: boolean } | null {
    const variantSlot: Slot<Pointer<'GVariant'>> = [null];
    const state: Slot<number | bigint> = [0];
    const doing = `read the commit ${checksum}`;
    const found = attemptToFind(doing, 'ostree_repo_load_commit', this.#repo.pointer, checksum, variantSlot, state);
    if (found === null) return null;
    using variant = ownVariant(variantSlot[0]);
    return { commit: readCommit(bytesOf(variant)), partial: Number(state[0]) !== 0 };
  }
}
