// What must hold of a tree before it is committed; each fault is named, all of them at once.

import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { filesBelow } from './files-below.js';
import { kernelReleases } from './kernel.js';
import { runInTree } from './run-in-tree.js';
import { isIdentity, secretAt } from './secrets.js';
import { missingFaults, specialFaults, TOP_LEVEL } from './tree-rules.js';

/** @throws invalid-tree */
export async function checkTree(
  root: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const faults = [
    ...topLevelFaults(root),
    ...kernelFaults(root),
    ...missingFaults(root),
    ...emptyFaults(root),
    ...secretFaults(root),
    ...specialFaults(root, () => false),
  ];
  if (faults.length > 0) throw new AptOstreeError('invalid-tree', `cannot commit the tree: ${faults.join('; ')}`);
  await runInTree({ root, writable: false, command: '/usr/bin/true', args: [], code: 'invalid-tree', signal });
}

function topLevelFaults(root: string): readonly string[] {
  return readdirSync(root)
    .filter((name) => !TOP_LEVEL.has(name))
    .map((name) => `/${name} is no place for files of a tree`);
}

/** Exactly one kernel, with its initramfs and its modules: libostree boots the first it finds. */
function kernelFaults(root: string): readonly string[] {
  const releases = kernelReleases(root);
  if (releases.length === 0) return ['it has no kernel'];
  if (releases.length > 1) return [`it has ${releases.length} kernels (${releases.join(', ')}) and must have one`];
  const modules = join(root, 'usr/lib/modules', releases[0]!);
  return ['initramfs.img', 'modules.dep']
    .filter((name) => !existsSync(join(modules, name)))
    .map((name) => `/usr/lib/modules/${releases[0]} has no ${name}`);
}

/** Each machine fills these itself. */
function emptyFaults(root: string): readonly string[] {
  const full = ['var', 'boot', 'dev', 'run'].filter(
    (name) => existsSync(join(root, name)) && readdirSync(join(root, name)).length > 0,
  );
  return full.map((name) => `/${name} is not empty (${readdirSync(join(root, name))[0]})`);
}

/** Made on one machine, and known to all who have the commit. */
function secretFaults(root: string): readonly string[] {
  const etc = join(root, 'usr/etc');
  return filesBelow(etc)
    .filter((path) => secretAt(path) !== null || (isIdentity(path) && !isEmptyIdentity(join(etc, path))))
    .map((path) => `/etc/${path} belongs to one machine`);
}

function isEmptyIdentity(file: string): boolean {
  return !lstatSync(file).isFile() || ['', 'uninitialized'].includes(readFileSync(file, 'utf8').trim());
}
