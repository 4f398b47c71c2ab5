// Keeps files of the factory apart that happen to have the same content. OSTree stores equal files once and deploys them
// as hard links; systemd-tmpfiles then copies a directory with its hard links, so that on the machine writing to one
// file of a database would change others. An attribute of its own makes each a file of its own.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setxattr } from '../native/libc.js';

/** systemd copies attributes of the `user.` kind only, so this one stays in the tree. */
const ATTRIBUTE = 'trusted.apt-ostree.path';

/** @param path what FILE becomes on a machine, `/var/lib/git`; a directory counts with all it holds. */
export function keepDistinct(file: string, path: string): void {
  const stat = lstatSync(file);
  if (stat.isDirectory()) for (const name of readdirSync(file)) keepDistinct(join(file, name), `${path}/${name}`);
  // empty files need nothing: libostree never links them
  else if (stat.isFile() && stat.size > 0) setxattr(file, ATTRIBUTE, identity(path));
}

/** From the path, so that the same tree makes the same commit. */
function identity(path: string): Buffer {
  return createHash('sha256').update(path).digest().subarray(0, 16);
}
