// A digest of a directory tree: names, types, owners, modes, sizes, link targets and inodes. The contents behind the inodes are
// what `ostree fsck` vouches for.

import { createHash } from 'node:crypto';
import { output } from './commands.js';

export async function treeDigest(directory: string): Promise<string> {
  const listing = await output(['find', directory, '-printf', '%P %y %m %U %G %s %i %l\\n']);
  return createHash('sha256').update(listing.split('\n').sort().join('\n')).digest('hex');
}
