// Places of a tree that we read, write, remove or mount from outside it, as root of the machine. A package's script owns
// the tree while it runs: where it left a symlink, our next step would follow it out of the tree and into the machine.

import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { SYSIMAGE } from './state-layout.js';

/** Directories, each with all above it. What is below them is walked without following links. */
const PLACES = [
  'boot',
  'usr/etc',
  'usr/etc/tmpfiles.d',
  'usr/lib/apt-ostree',
  'usr/lib/modules',
  'usr/lib/opt',
  'usr/lib/systemd/system/sysinit.target.wants',
  'usr/lib/sysusers.d',
  'usr/lib/tmpfiles.d',
  'usr/share/factory/var',
  `${SYSIMAGE.slice(1)}/apt`,
  `${SYSIMAGE.slice(1)}/dpkg/info`,
  `${SYSIMAGE.slice(1)}/dpkg/triggers`,
  `${SYSIMAGE.slice(1)}/debconf`,
  `${SYSIMAGE.slice(1)}/sgml-base`,
];

/** @throws invalid-tree when one of our places in ROOT is, or lies behind, anything but a directory */
export function refuseLinks(root: string): void {
  for (const place of PLACES) {
    const link = firstOther(root, place);
    if (link !== null)
      throw new AptOstreeError(
        'invalid-tree',
        `cannot use the tree: a package made /${link} something else than a directory`,
      );
  }
}

/** Whether PATH leads to where it says: no part of it is a symlink. */
export function isPlainPath(root: string, path: string): boolean {
  return firstOther(root, path) === null;
}

/** The first part of a path that is there and is no directory. */
function firstOther(root: string, path: string): string | null {
  const names = path.split('/').filter((each) => each !== '' && each !== '.');
  if (names.includes('..')) return path;
  let place = '';
  for (const name of names) {
    place = place === '' ? name : `${place}/${name}`;
    const stat = lstatSync(join(root, place), { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (!stat.isDirectory()) return place;
  }
  return null;
}

const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** Empty where there is no file. @throws invalid-tree for a symlink, a pipe, a device: what is read must be the tree's own */
export function readPlainFile(file: string): string {
  // a pipe nobody writes to would block the opening
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openIfThere(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (fd === null) return '';
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MAX_TEXT_BYTES) throw notPlain(file);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function openIfThere(file: string, flags: number): number | null {
  try {
    return openSync(file, flags);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'ELOOP' || code === 'ENXIO') throw notPlain(file);
    throw error;
  }
}

function notPlain(file: string): AptOstreeError {
  return new AptOstreeError('invalid-tree', `cannot use the tree: ${file} is not a plain file of sensible size`);
}

/** A file of ours in a tree, never written through what a package put in its place. */
export function writePlainFile(file: string, text: string, mode = 0o644): void {
  rmSync(file, { recursive: true, force: true });
  writeFileSync(file, text, { flag: 'wx', mode });
}
