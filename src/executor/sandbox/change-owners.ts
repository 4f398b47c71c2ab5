// Moves files from the ids their accounts had while installing to those they have for good, in one walk.

import { chmodSync, lchownSync, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { getxattr, listxattr, setxattr } from '../../native/libc.js';
import type { IdAssignment } from '../../tree/account-ids.js';
import { isWhiteout } from '../../tree/whiteout.js';
import type { ScratchLayout } from './scratch.js';

type Ids = Pick<IdAssignment, 'uids' | 'gids'>;

/** Costs nothing where no id changes, which is the rule. */
export function changeOwners({ upper, root, var: varDir }: ScratchLayout, ids: Ids): void {
  if (ids.uids.size === 0 && ids.gids.size === 0) return;
  // the upper tells which files there are, but it may only be changed through the mounted overlay
  walk({ seen: upper, changed: root }, ids, new Set());
  walk({ seen: varDir, changed: varDir }, ids, new Set());
}

interface Place {
  readonly seen: string;
  readonly changed: string;
}

/** `linked` has the files with several names that were changed under another one: ids may trade places. */
function walk({ seen, changed }: Place, ids: Ids, linked: Set<number>): void {
  for (const name of readdirSync(seen)) {
    const stat = lstatSync(join(seen, name));
    const child = { seen: join(seen, name), changed: join(changed, name) };
    if (stat.isDirectory()) walk(child, ids, linked);
    if (isWhiteout(stat) || linked.has(stat.ino)) continue;
    changeOwner(child.changed, stat, ids);
    if (!stat.isDirectory() && stat.nlink > 1) linked.add(stat.ino);
  }
}

/** The kernel takes set-id bits and capabilities away with the owner: they are put back. */
function changeOwner(path: string, stat: Stats, { uids, gids }: Ids): void {
  const uid = uids.get(stat.uid) ?? stat.uid;
  const gid = gids.get(stat.gid) ?? stat.gid;
  if (uid === stat.uid && gid === stat.gid) return;
  const capability = stat.isFile() && listxattr(path).includes(CAPABILITY) ? getxattr(path, CAPABILITY) : null;
  lchownSync(path, uid, gid);
  if (!stat.isSymbolicLink() && (stat.mode & 0o6000) !== 0) chmodSync(path, stat.mode & 0o7777);
  if (capability !== null) setxattr(path, CAPABILITY, capability);
}

const CAPABILITY = 'security.capability';
