// The repo's configuration file.

import { attempt } from './gerror.js';
import { call } from './libraries.js';
import { type Owned, ownKeyFile } from './ownership.js';

export interface RepoOption {
  readonly group: string;
  readonly key: string;
  readonly value: string;
}

/** Written to disk and taken up by this repo. */
export function setRepoOption(repo: Owned<'OstreeRepo'>, { group, key, value }: RepoOption): void {
  using config = ownKeyFile(call('ostree_repo_copy_config', repo.pointer));
  call('g_key_file_set_string', config.pointer, group, key, value);
  const doing = `set ${group}.${key} of the repo`;
  attempt(doing, 'ostree_repo_write_config', repo.pointer, config.pointer);
  attempt(doing, 'ostree_repo_reload_config', repo.pointer, null);
}
