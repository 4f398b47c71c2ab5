// Takes out of a tree what was generated for one machine, and has each machine make its own where that is missing.

import { lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './files-below.js';
import { writeSecretUnit } from './secret-units.js';
import { isIdentity, type Secret, secretAt } from './secrets.js';

export interface SecretSearch {
  /** An overlay is looked through in its upper directory, and changed through its mount. */
  readonly etc: { readonly seen: string; readonly changed: string };
  readonly varDir: string;
  readonly usrDir: string;
  /** Whether a package ships the file, absolute: a key that everybody can download is no secret. */
  readonly isShipped: (path: string) => boolean;
}

export interface RemovedSecrets {
  /** Keys that no unit makes again, as absolute paths: the user is told. */
  readonly lost: readonly string[];
}

export function removeSecrets({ etc, varDir, usrDir, isShipped }: SecretSearch): RemovedSecrets {
  const used = new Set<Secret>();
  const lost: string[] = [];
  for (const path of filesBelow(etc.seen)) {
    const file = join(etc.changed, path);
    const secret = secretAt(path);
    if (isShipped(`/etc/${path}`)) continue;
    if (secret !== null) used.add(secret);
    else if (holdsPrivateKey(file)) lost.push(`/etc/${path}`);
    else if (!isIdentity(path) && !isCertificateLink(path, file)) continue;
    rmSync(file);
  }
  for (const secret of used) writeSecretUnit(usrDir, secret);
  return { lost: [...lost, ...removeKeysOfVar(varDir, isShipped)] };
}

function removeKeysOfVar(varDir: string, isShipped: SecretSearch['isShipped']): readonly string[] {
  const keys = filesBelow(varDir).filter((path) => !isShipped(`/var/${path}`) && holdsPrivateKey(join(varDir, path)));
  for (const path of keys) rmSync(join(varDir, path));
  return keys.map((path) => `/var/${path}`);
}

/** By its hash, to a certificate that is taken out. */
function isCertificateLink(path: string, file: string): boolean {
  if (!path.startsWith('ssl/certs/') || !lstatSync(file).isSymbolicLink()) return false;
  return secretAt(`ssl/certs/${readlinkSync(file)}`) !== null;
}

const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;
const KEY_FILE_LIMIT = 64 * 1024;

function holdsPrivateKey(file: string): boolean {
  const stat = lstatSync(file);
  if (!stat.isFile() || stat.size === 0 || stat.size > KEY_FILE_LIMIT) return false;
  return PRIVATE_KEY.test(readFileSync(file, 'latin1'));
}
