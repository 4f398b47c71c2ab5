// Names of numeric owners, by the account files of a tree rather than those of this machine.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface OwnerNames {
  readonly userName: (uid: number) => string | null;
  readonly groupName: (gid: number) => string | null;
}

/** ETC is the tree's /etc or /usr/etc. */
export function ownerNames(etc: string): OwnerNames {
  const users = namesById(join(etc, 'passwd'));
  const groups = namesById(join(etc, 'group'));
  return { userName: (uid) => users.get(uid) ?? null, groupName: (gid) => groups.get(gid) ?? null };
}

/** In both files the third field is the id; the first line of an id wins, as with getpwuid. */
function namesById(file: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  if (!existsSync(file)) return names;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [name, , id] = line.split(':');
    if (name !== undefined && id !== undefined && !names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}
