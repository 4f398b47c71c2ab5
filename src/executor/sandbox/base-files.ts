// The files of a tree and who owns them, by dpkg's lists; paths are the tree's, links of merged directories resolved.

import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseDiversions } from '../../apt/diversions.js';
import type { BaseFiles } from '../../apt/impact.js';
import { SYSIMAGE } from '../../tree/state-layout.js';

export function readBaseFiles(tree: string): BaseFiles {
  const place = (path: string) => placeInTree(tree, path);
  const owners = readOwners(tree, place);
  const diversions = readDiversions(tree);
  return {
    kindOf: (path) => {
      const stat = lstatSync(join(tree, place(path)), { throwIfNoEntry: false });
      if (stat === undefined) return null;
      return stat.isDirectory() ? 'directory' : 'file';
    },
    ownerOf: (path) => owners.get(place(path)) ?? null,
    divert: (path, name) => {
      const diversion = diversions.get(path);
      return diversion === undefined || diversion.by === name ? path : diversion.to;
    },
  };
}

/** Files that a package's list names, directories left out. */
export function ownedFiles(tree: string, name: string, architecture: string): readonly string[] {
  const lists = [`${name}.list`, `${name}:${architecture}.list`].map((file) => join(tree, SYSIMAGE, 'dpkg/info', file));
  const list = lists.find((file) => existsSync(file));
  if (list === undefined) return [];
  const paths = readFileSync(list, 'utf8')
    .split('\n')
    .filter((path) => path !== '' && path !== '/.');
  const directories = new Set(paths.map((path) => dirname(path)));
  return paths.filter((path) => !directories.has(path));
}

/** `/bin/x` is `/usr/bin/x`, `/etc/x` is `/usr/etc/x`; what would leave the tree stays as it is. */
function placeInTree(tree: string, path: string): string {
  const inTree = path.startsWith('/etc/') ? `/usr${path}` : path;
  const directory = parents.get(`${tree}\0${dirname(inTree)}`) ?? resolveParent(tree, dirname(inTree));
  return join(directory, basename(inTree));
}

/** Few directories hold all files, and each costs a call into the kernel. */
const parents = new Map<string, string>();

function resolveParent(tree: string, directory: string): string {
  const full = join(tree, directory);
  const real = existsSync(full) ? realpathSync(full) : full;
  const resolved = real === tree || real.startsWith(`${tree}/`) ? real.slice(tree.length) || '/' : directory;
  parents.set(`${tree}\0${directory}`, resolved);
  return resolved;
}

function readOwners(tree: string, place: (path: string) => string): ReadonlyMap<string, string> {
  const info = join(tree, SYSIMAGE, 'dpkg/info');
  const owners = new Map<string, string>();
  for (const file of readdirSync(info)) {
    if (!file.endsWith('.list')) continue;
    const name = file.slice(0, -'.list'.length).split(':')[0] ?? '';
    for (const path of readFileSync(join(info, file), 'utf8').split('\n'))
      if (path !== '') owners.set(place(path), name);
  }
  return owners;
}

function readDiversions(tree: string): ReadonlyMap<string, { readonly to: string; readonly by: string }> {
  const file = join(tree, SYSIMAGE, 'dpkg/diversions');
  const diversions = existsSync(file) ? parseDiversions(readFileSync(file, 'utf8')) : [];
  return new Map(diversions.map((each) => [each.from, each]));
}
