// Refuses a change that the disk cannot hold, before anything of it is written.

import { existsSync, lstatSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';

export interface SpaceNeeds {
  readonly downloadBytes: number;
  readonly installedBytes: number;
  /** Kernel and initramfs, when /boot has no copy of them yet. */
  readonly bootBytes: number;
}

/** What a deployment takes besides its packages: directories, a copy of /etc, indexes. */
const DEPLOYMENT_BYTES = 64 * 1024 * 1024;
const DEPLOYMENT_INODES = 4096;
/** Boot entries, each in a file of its own, written anew beside the old ones. */
const BOOT_BYTES = 1024 * 1024;
const BOOT_INODES = 32;
/** The least that indexes of a distribution take. */
const INDEX_BYTES = 32 * 1024 * 1024;
const INDEX_INODES = 64;
/** Files of Debian packages are 20 to 30 kB on average; small ones come in numbers. */
const BYTES_PER_FILE = 8 * 1024;

/** @throws no-space naming what is missing where */
export function refuseFullDisk(sysroot: string, { downloadBytes, installedBytes, bootBytes }: SpaceNeeds): void {
  const boot = join(sysroot, 'boot');
  const shared = !existsSync(boot) || statSync(boot).dev === statSync(sysroot).dev;
  // twice installed: once as packages are unpacked, once as objects of the repo
  const bytes = downloadBytes + 2 * installedBytes + DEPLOYMENT_BYTES + (shared ? bootBytes : 0);
  const inodes = DEPLOYMENT_INODES + Math.ceil(installedBytes / BYTES_PER_FILE);
  refuse(sysroot, { bytes, inodes });
  if (!shared) refuse(boot, { bytes: bootBytes + BOOT_BYTES, inodes: BOOT_INODES });
}

/** What the tree's own kernel and initramfs need, once it is known whether it has any. @throws no-space */
export function refuseFullBoot(sysroot: string, bytes: number): void {
  if (bytes > 0) refuse(join(sysroot, 'boot'), { bytes: bytes + BOOT_BYTES, inodes: BOOT_INODES });
}

/** New indexes lie beside the old ones until they are complete. @throws no-space */
export function refuseFullIndexes(lists: string): void {
  // apt has links to the indexes of local archives here, which may be gone
  const present = readdirSync(lists).map((name) => lstatSync(join(lists, name)).size);
  const bytes = present.reduce((sum, size) => sum + size, 0);
  refuse(lists, { bytes: Math.max(bytes, INDEX_BYTES), inodes: INDEX_INODES });
}

function refuse(path: string, needed: { readonly bytes: number; readonly inodes: number }): void {
  const { bavail, bsize, files, ffree } = statfsSync(path);
  const free = bavail * bsize;
  if (free < needed.bytes)
    throw new AptOstreeError(
      'no-space',
      `cannot go on: ${path} has ${megabytes(free)} MB free and ${megabytes(needed.bytes)} MB are needed`,
    );
  // filesystems that make inodes as they need them count none
  if (files > 0 && ffree < needed.inodes)
    throw new AptOstreeError(
      'no-space',
      `cannot go on: ${path} has ${ffree} inodes free and ${needed.inodes} are needed`,
    );
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000);
}

/** Size of what a deployment of this tree puts into /boot. */
export function bootPayloadBytes(tree: string): number {
  const modules = join(tree, 'usr/lib/modules');
  if (!existsSync(modules)) return 0;
  const files = readdirSync(modules).flatMap((release) =>
    ['vmlinuz', 'initramfs.img'].map((name) => join(modules, release, name)),
  );
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
