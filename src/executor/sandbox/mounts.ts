// Mounts of a step, in the executor's private mount namespace: they vanish with it, whatever happens.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';
import { runChecked } from '../../system/process.js';

export interface Overlay {
  /** Directory that the other names are relative to: so no path of the sysroot needs quoting in mount options. */
  readonly within: string;
  /** Topmost first. */
  readonly lower: readonly string[];
  readonly upper: { readonly directory: string; readonly work: string } | null;
  readonly target: string;
}

/**
 * With these off, the upper directory holds whole files under their own names, and can be applied to a commit.
 * `volatile`: the upper is scratch, nobody reads it after a power loss.
 */
const WRITABLE_OPTIONS = 'redirect_dir=off,metacopy=off,index=off,volatile';

/** @throws command-failed; invalid-sysroot when the kernel did not take the options */
export async function mountOverlay({ within, lower, upper, target }: Overlay): Promise<void> {
  const lowerdir = `lowerdir=${lower.join(':')}`;
  const options =
    upper === null
      ? `ro,${lowerdir}`
      : `${lowerdir},upperdir=${upper.directory},workdir=${upper.work},${WRITABLE_OPTIONS}`;
  const args = ['-t', 'overlay', '-o', `nodev,${options}`, 'overlay', target];
  await runChecked({ command: 'mount', args, cwd: within, task: 'mount the tree' });
  const mounted = mountPoints().findLast((each) => each.path === canonical(join(within, target)));
  if (upper !== null && (mounted === undefined || /(redirect_dir|metacopy)=(on|follow)/.test(mounted.options)))
    throw new AptOstreeError(
      'invalid-sysroot',
      'cannot mount the tree: overlayfs did not take redirect_dir=off,metacopy=off',
    );
}

export interface MemorySize {
  readonly sizeBytes: number;
  /** Files take memory that the size does not count. */
  readonly inodes: number;
}

export async function mountTmpfs(target: string, { sizeBytes, inodes }: MemorySize): Promise<void> {
  const args = ['-t', 'tmpfs', '-o', `nodev,mode=0755,nr_inodes=${inodes},size=${sizeBytes}`, 'tmpfs', target];
  await runChecked({ command: 'mount', args, task: 'mount memory for the tree' });
}

/** Read only, so that nothing that removes or writes below the target can reach the source. */
export async function bindReadOnly(source: string, target: string): Promise<void> {
  await runChecked({ command: 'mount', args: ['-o', 'bind,ro', source, target], task: 'mount the base tree' });
}

/** Unmounts all at and below a directory, the last mounted first; one that is busy goes when its last user does. */
export async function unmountBelow(directory: string): Promise<void> {
  const top = canonical(directory);
  const below = mountPoints()
    .map(({ path }) => path)
    .filter((path) => path === top || path.startsWith(`${top}/`))
    .reverse();
  if (below.length === 0) return;
  const args = ['--lazy', '--no-canonicalize', ...below];
  await runChecked({ command: 'umount', args, task: `unmount ${below.join(', ')}` });
}

export function isMountPoint(path: string): boolean {
  const place = canonical(path);
  return mountPoints().some((each) => each.path === place);
}

/** The kernel lists mounts by their real paths, and in a booted system /ostree is a link. */
function canonical(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  return path === dirname(path) ? path : join(canonical(dirname(path)), basename(path));
}

interface MountPoint {
  readonly path: string;
  /** Of the mount and of its filesystem. */
  readonly options: string;
}

/** In the order they were mounted. */
function mountPoints(): readonly MountPoint[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const fields = line.split(' ');
      const path = fields[4];
      return path === undefined ? [] : [{ path: decodeOctal(path), options: `${fields[5]},${fields.at(-1)}` }];
    });
}

/** mountinfo writes blanks and backslashes of a path as octal escapes. */
function decodeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
