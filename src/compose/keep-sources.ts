// The apt sources as a tree keeps them: with the keys they name, and without what only this machine may know.

import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type AptSource, formatSource } from './machine-sources.js';

/** Replaces what bootstrapping left in ROOT's /etc/apt. */
export function keepSources(root: string, sources: readonly AptSource[]): void {
  const directory = join(root, 'etc/apt/sources.list.d');
  rmSync(join(root, 'etc/apt/sources.list'), { force: true });
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const kept = sources.map((source) => ({
    ...source,
    uris: source.uris.map(withoutCredentials),
    signedBy: source.signedBy === null ? null : keepKey(root, source.signedBy),
  }));
  writeFileSync(join(directory, 'base.sources'), kept.map(formatSource).join('\n'));
}

/** A user name and password of this machine's configuration would be published with the commit. */
function withoutCredentials(uri: string): string {
  return uri.replace(/^([a-z+]+:\/\/)[^/@]*@/, '$1');
}

/** A key block or fingerprint stays as it is; a keyring that no package of the tree brings is copied into it. */
function keepKey(root: string, signedBy: string): string {
  if (!signedBy.startsWith('/') || existsSync(join(root, signedBy))) return signedBy;
  const shared = /^\/(usr\/share|etc\/apt)\/keyrings\/[^/]+$/.test(signedBy);
  const path = shared ? signedBy : join('/etc/apt/keyrings', basename(signedBy));
  mkdirSync(dirname(join(root, path)), { recursive: true });
  copyFileSync(signedBy, join(root, path));
  return path;
}
