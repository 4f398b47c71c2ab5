// Copies refs and their commits from another repo: of this machine, or of a remote, whose signatures are verified.

import { pathToFileURL } from 'node:url';
import { AptOstreeError } from '../model/errors.js';
import { attempt, present } from './gerror.js';
import { call } from './libraries.js';
import type { Owned } from './ownership.js';
import { dictionary, integerVariant, stringListVariant, stringVariant } from './variants.js';

export interface PullLocalOptions {
  /** Path of the repo pulled from. */
  readonly from: string;
  readonly refs: readonly string[];
  /** Name of the remote the refs are stored under; null or absent keeps them as local refs. */
  readonly remote?: string | null;
}

export function pullLocal(repo: Owned<'OstreeRepo'>, { from, refs, remote }: PullLocalOptions): void {
  using options = dictionary([
    ['refs', stringListVariant(refs)],
    ...(remote == null ? [] : ([['override-remote-name', stringVariant(remote)]] as const)),
  ]);
  const url = pathToFileURL(from).href;
  withOwnContext(() =>
    attempt(`pull from ${from}`, 'ostree_repo_pull_with_options', repo.pointer, url, options.pointer, null, null),
  );
}

export interface PullOptions {
  /** Name of a remote that is set up in the sysroot; libostree verifies as it says there. */
  readonly remote: string;
  readonly refs: readonly string[];
  /** Brings metadata and signatures of the commits, and not their files. */
  readonly commitsOnly: boolean;
}

const COMMIT_ONLY = 1 << 1;

/** @throws fetch-failed; signature-invalid when a commit is not signed by a key of the remote; no-space */
export function pullRemote(repo: Owned<'OstreeRepo'>, { remote, refs, commitsOnly }: PullOptions): void {
  using options = dictionary([
    ['refs', stringListVariant(refs)],
    ['flags', integerVariant(commitsOnly ? COMMIT_ONLY : 0)],
  ]);
  const doing = `pull ${refs.join(', ')} from ${remote}`;
  try {
    withOwnContext(() =>
      attempt(doing, 'ostree_repo_pull_with_options', repo.pointer, remote, options.pointer, null, null),
    );
  } catch (error) {
    if (!(error instanceof AptOstreeError && error.code === 'ostree-failed')) throw error;
    throw new AptOstreeError('fetch-failed', error.message, { cause: error });
  }
}

/** A pull runs a main loop: on a context of its own, so that it dispatches nothing else and nobody else dispatches it. */
function withOwnContext<Result>(run: () => Result): Result {
  const context = present(call('g_main_context_new'));
  call('g_main_context_push_thread_default', context);
  try {
    return run();
  } finally {
    call('g_main_context_pop_thread_default', context);
    call('g_main_context_unref', context);
  }
}
