// Which files packages ship, by dpkg's own lists.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readPlainFile } from './plain-places.js';
import { SYSIMAGE } from './state-layout.js';

interface InstalledPackage {
  readonly name: string;
  readonly architecture: string;
}

/** Package by absolute path, as in the archive; of these packages, or of all that the tree has. */
export function shippedFiles(root: string, packages: readonly InstalledPackage[] | null): ReadonlyMap<string, string> {
  const info = join(root, SYSIMAGE, 'dpkg/info');
  const owners = new Map<string, string>();
  for (const list of packages === null ? allLists(info) : listsOf(packages, info)) {
    const name = list.replace(/(:[^:]+)?\.list$/, '');
    for (const path of readPlainFile(join(info, list)).split('\n')) owners.set(path, name);
  }
  owners.delete('');
  return owners;
}

function allLists(info: string): readonly string[] {
  return readdirSync(info).filter((name) => name.endsWith('.list'));
}

/** Co-installable packages (Multi-Arch: same) have the architecture in the name of their list. */
function listsOf(packages: readonly InstalledPackage[], info: string): readonly string[] {
  return packages
    .flatMap(({ name, architecture }) => [`${name}.list`, `${name}:${architecture}.list`])
    .filter((list) => existsSync(join(info, list)));
}
