// Copies refs and their commits from another repo of this machine.

import { pathToFileURL } from 'node:url';
import { attempt, present } from './gerror.js';
import { call } from './libraries.js';
import type { Owned } from './ownership.js';
import { dictionary, stringListVariant, stringVariant } from './variants.js';

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
