// Checks a commit out into a directory.

import type { Checksum } from '../model/deployment.js';
import { attempt } from './gerror.js';
import type { Owned } from './ownership.js';

export interface CheckoutOptions {
  readonly checksum: Checksum;
  /** Only this directory of the commit, `/usr/lib`; null or absent for all. */
  readonly subpath?: string | null;
  /** Absolute path of a directory that does not exist yet. */
  readonly destination: string;
  /** Hard links to the repo's objects (never write to them), or an error where none can be made; false copies. */
  readonly hardlinks: boolean;
}

/** Not synced: a checkout is scratch. */
export function checkout(
  repo: Owned<'OstreeRepo'>,
  { checksum, subpath, destination, hardlinks }: CheckoutOptions,
): void {
  const AT_FDCWD = -100;
  const options = { no_copy_fallback: hardlinks ? 1 : 0, force_copy: hardlinks ? 0 : 1, subpath: subpath ?? null };
  const doing = `check out ${checksum} to ${destination}`;
  attempt(doing, 'ostree_repo_checkout_at', repo.pointer, options, AT_FDCWD, destination, checksum, null);
}
