// Which files the packages of a layer ship, by dpkg's own lists.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedPackage } from '../../model/package.js';
import { SYSIMAGE } from '../../tree/state-layout.js';

/** Package by absolute path, as in the archive. */
export function shippedFiles(root: string, packages: readonly ResolvedPackage[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { name, architecture } of packages) {
    // co-installable packages (Multi-Arch: same) have the architecture in the name of their list
    const lists = [`${name}.list`, `${name}:${architecture}.list`].map((file) =>
      join(root, SYSIMAGE, 'dpkg/info', file),
    );
    for (const list of lists)
      if (existsSync(list)) for (const path of readFileSync(list, 'utf8').split('\n')) owners.set(path, name);
  }
  owners.delete('');
  return owners;
}
