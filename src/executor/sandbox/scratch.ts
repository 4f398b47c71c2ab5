// The scratch of a transaction: where its tree is put together, and how it is taken away again.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { StatePaths } from '../state-paths.js';
import { bindReadOnly, isMountPoint, type MemorySize, mountOverlay, mountTmpfs, unmountBelow } from './mounts.js';
import { removeTree } from './remove-tree.js';
import { writeShim } from './shim.js';

export interface ScratchLayout {
  readonly directory: string;
  /** What a commit is made of, once the overlay is unmounted. */
  readonly upper: string;
  /** The whole tree, while the overlay is mounted. */
  readonly root: string;
  /** The /var that packages see. */
  readonly var: string;
  readonly base: string;
  readonly shim: string;
  readonly work: string;
  /** There when the tree is assembled, respectively finished. */
  readonly assembled: string;
  readonly finished: string;
  /** There when all of this is in memory: a commit then copies the files instead of moving them. */
  readonly inMemory: string;
}

export function scratchLayout({ scratch }: Pick<StatePaths, 'scratch'>): ScratchLayout {
  const at = (name: string) => join(scratch, name);
  return {
    directory: scratch,
    upper: at('upper'),
    root: at('root'),
    var: at('var'),
    base: at('base'),
    shim: at('shim'),
    work: at('work'),
    assembled: at('assembled'),
    finished: at('finished'),
    inMemory: at('in-memory'),
  };
}

export interface ScratchOptions {
  readonly base: string;
  /** What the packages take unpacked. */
  readonly installedBytes: number;
  /** Never in memory, as after memory turned out too small. */
  readonly onDisk: boolean;
}

/** Mounts an empty upper layer over the base. */
export async function openScratch(layout: ScratchLayout, options: ScratchOptions): Promise<void> {
  mkdirSync(dirname(layout.directory), { recursive: true, mode: 0o700 });
  mkdirSync(layout.directory, { mode: 0o700 });
  const memory = options.onDisk ? null : memoryFor(options.installedBytes);
  if (memory !== null) {
    await mountTmpfs(layout.directory, memory);
    mark(layout.inMemory);
  }
  for (const each of [layout.upper, layout.root, layout.var, layout.base, layout.shim, layout.work])
    mkdirSync(each, { mode: 0o755 });
  await bindReadOnly(options.base, layout.base);
  writeShim(layout.shim, layout.base);
  copyRootMode(layout);
  const upper = { directory: 'upper', work: 'work' };
  await mountOverlay({ within: layout.directory, lower: ['shim', 'base'], upper, target: 'root' });
}

/** The upper's own root is the tree's root directory. */
function copyRootMode({ base, upper, shim }: ScratchLayout): void {
  const { mode } = lstatSync(base);
  for (const each of [upper, shim]) chmodSync(each, mode & 0o7777);
}

/** Leaves the upper directory alone in the scratch. */
export async function closeOverlay(layout: ScratchLayout): Promise<void> {
  await unmountBelow(layout.root);
  await unmountBelow(layout.base);
}

/** Idempotent; also takes away what a dead executor left on disk. */
export async function removeScratch(layout: ScratchLayout): Promise<void> {
  await unmountBelow(layout.directory);
  await removeTree(layout.directory);
}

/** Removes the directory when nothing is in it any more. */
export function dropEmptyScratch(layout: ScratchLayout): void {
  if (existsSync(layout.directory) && !isMountPoint(layout.directory) && readdirSync(layout.directory).length === 0)
    rmdirSync(layout.directory);
}

export function isInMemory(layout: ScratchLayout): boolean {
  return isMountPoint(layout.directory);
}

/** Memory ran out: what was assembled there failed for no fault of a package. */
export function isMemoryFull(layout: ScratchLayout): boolean {
  if (!isInMemory(layout)) return false;
  const { bavail, bsize, ffree } = statfsSync(layout.directory);
  return bavail * bsize < 1024 * 1024 || ffree < 16;
}

/** Whether the overlay of a finished assembly is mounted here: a process that has just started never sees one. */
export function isAssembled(layout: ScratchLayout): boolean {
  return existsSync(layout.assembled) && isMountPoint(layout.root);
}

export function mark(file: string): void {
  writeFileSync(file, '');
}

const MEGABYTE = 1024 * 1024;

/** Size for a tmpfs, or null when the tree would crowd out the machine: scripts may write more than the packages hold. */
function memoryFor(installedBytes: number): MemorySize | null {
  const needed = 2 * installedBytes + 256 * MEGABYTE;
  const available = availableMemory();
  const sizeBytes = Math.floor(available * 0.6);
  return needed <= available / 2 ? { sizeBytes, inodes: Math.floor(sizeBytes / BYTES_PER_INODE) } : null;
}

/** An empty file takes about a kilobyte beyond the size: with this, all together take a tenth of it. */
const BYTES_PER_INODE = 8192;

function availableMemory(): number {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'));
  return Number(match?.[1] ?? 0) * 1024;
}
