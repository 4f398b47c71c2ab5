// Makes an unmounted upper directory what a commit takes: only what belongs to a tree, nothing of how it was made.

import { type Dirent, existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';
import { ACCOUNT_FILES, ACCOUNT_LITTER } from '../../tree/accounts.js';
import { STATE_LITTER } from '../../tree/state-layout.js';
import { TOP_LEVEL } from '../../tree/tree-rules.js';

/** Mount points of the sandbox and of every machine: nothing below them is of a tree. */
export const TRANSIENT: ReadonlySet<string> = new Set(['dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'var']);

/** The package that owns a path, where one does. */
export type OwnerOf = (path: string) => string | null;

/** @throws unsupported-path naming file and package */
export function refuseUnsupportedPaths(upper: string, ownerOf: OwnerOf): void {
  for (const entry of readdirSync(upper, { withFileTypes: true })) {
    if (isPlaceOfTree(entry) || isEmptied(upper, entry)) continue;
    const path = firstFile(upper, `/${entry.name}`);
    const owner = ownerOf(path);
    const whose = owner === null ? 'a script of a package' : `package ${owner}`;
    throw new AptOstreeError(
      'unsupported-path',
      `cannot put ${path} of ${whose} into the tree: only /usr, /etc, /opt and /var take files`,
    );
  }
}

/** Where a kernel was before it was moved to OSTree's place. */
function isEmptied(upper: string, entry: Dirent): boolean {
  return entry.name === 'boot' && entry.isDirectory() && readdirSync(join(upper, 'boot')).length === 0;
}

function isPlaceOfTree(entry: Dirent): boolean {
  if (entry.name === 'usr' || TRANSIENT.has(entry.name)) return true;
  // a link at the top, as /lib32 to usr/lib32, or the removal of one, which the checks judge
  if (entry.isSymbolicLink() || entry.isCharacterDevice()) return TOP_LEVEL.has(entry.name);
  return false;
}

/** A file names the culprit better than the directory it is in. */
function firstFile(upper: string, path: string): string {
  const entry = lstatSync(join(upper, path));
  if (!entry.isDirectory()) return path;
  const [name] = readdirSync(join(upper, path)).sort();
  return name === undefined ? path : firstFile(upper, `${path}/${name}`);
}

/** Removing from the upper of what the base has too brings the base's back: that is how accounts stay the base's. */
export function cleanUpper(upper: string): void {
  for (const name of TRANSIENT) rmSync(join(upper, name), { recursive: true, force: true });
  dropIfEmpty(join(upper, 'boot'));
  const etc = join(upper, 'usr/etc');
  for (const name of [...ACCOUNT_FILES, ...ACCOUNT_LITTER, 'machine-id'])
    rmSync(join(etc, name), { recursive: true, force: true });
  for (const path of STATE_LITTER) rmSync(join(upper, path), { recursive: true, force: true });
}

function dropIfEmpty(directory: string): void {
  if (existsSync(directory) && readdirSync(directory).length === 0) rmSync(directory, { recursive: true });
}
