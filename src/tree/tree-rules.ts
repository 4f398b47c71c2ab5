// Rules that hold of every tree, whether composed or layered; each fault is a phrase for a longer sentence.

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SYSIMAGE } from './state-layout.js';

/** Everything a tree may have at its top. */
export const TOP_LEVEL: ReadonlySet<string> = new Set([
  ...['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'usr', 'boot', 'dev', 'proc', 'run', 'sys', 'sysroot', 'tmp'],
  ...['var', 'home', 'root', 'opt', 'srv', 'mnt', 'media', 'ostree'],
]);

const REQUIRED = ['usr/lib/os-release', `${SYSIMAGE.slice(1)}/dpkg/status`, 'usr/etc/passwd', 'usr/sbin/init'];

/** Without these nothing boots, or nobody knows what did. */
export function missingFaults(root: string): readonly string[] {
  return REQUIRED.filter((path) => lstatSync(join(root, path), { throwIfNoEntry: false }) === undefined).map(
    (path) => `/${path} is missing`,
  );
}

/**
 * OSTree stores files, directories and symlinks only.
 * @param isOutside whether a path, absolute in the tree, is not going to be committed
 */
export function specialFaults(root: string, isOutside: (path: string) => boolean, path = ''): readonly string[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const child = `${path}/${entry.name}`;
    const fault = nameFault(child, entry.name);
    if (fault !== null) return [fault];
    if (entry.isFile() || entry.isSymbolicLink() || isOutside(child)) return [];
    if (entry.isDirectory()) return specialFaults(root, isOutside, child);
    return [`${child} is neither file, directory nor symlink`];
  });
}

/** Of the names alone, for a directory that may hold anything. */
export function nameFaults(directory: string, path: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const child = `${path}/${entry.name}`;
    const fault = nameFault(child, entry.name);
    if (fault !== null) return [fault];
    return entry.isDirectory() ? nameFaults(join(directory, entry.name), child) : [];
  });
}

/** Below PATH_MAX by what a sysroot, a stateroot and a deployment put in front. */
const MAX_PATH = 3000;

/** What our own walks, OSTree and tmpfiles.d could not name any more. */
function nameFault(path: string, name: string): string | null {
  if (name.includes('\ufffd')) return `the name of ${path} is not UTF-8`;
  return path.length > MAX_PATH ? `${path.slice(0, 100)}… is deeper than ${MAX_PATH} characters` : null;
}
