// The directory that holds exactly the files of a base commit, to mount as an overlay's lower layer.

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../../model/deployment.js';
import { syncFilesystem } from '../../native/libc.js';
import type { StepContext } from '../step-handler.js';

type BaseContext = Pick<StepContext, 'sysroot' | 'paths'>;

/** A deployment of the commit costs nothing; without one, a checkout of hard links that is kept for the next time. */
export function baseTree(base: Checksum, { sysroot, paths }: BaseContext): string {
  const deployed = sysroot.deployments().find((each) => each.checksum === base && each.unlocked === 'none');
  if (deployed !== undefined && existsSync(join(deployed.path, 'usr'))) return deployed.path;
  const directory = join(paths.bases, base);
  if (!existsSync(directory)) checkOut(base, directory, { sysroot, paths });
  return directory;
}

/** Under its name only when it is whole and on disk. */
function checkOut(base: Checksum, directory: string, { sysroot, paths }: BaseContext): void {
  const partial = `${directory}.part`;
  mkdirSync(paths.bases, { recursive: true, mode: 0o700 });
  rmSync(partial, { recursive: true, force: true });
  sysroot.repo().checkout({ checksum: base, destination: partial, hardlinks: true });
  syncFilesystem(paths.bases);
  renameSync(partial, directory);
}
