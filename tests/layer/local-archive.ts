// A package archive on disk as the only source of a sysroot: what it offers is what a test publishes.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Path of the archive in a machine. */
const PLACE = '/var/lib/test-archive';

export interface ArchivePlace {
  /** Directory of the stateroot. */
  readonly stateroot: string;
  /** /etc of the deployment whose sources count. */
  readonly etc: string;
}

/** Also what was published before stays. */
export function publish({ stateroot, etc }: ArchivePlace, archives: readonly string[]): void {
  const directory = join(stateroot, PLACE);
  mkdirSync(directory, { recursive: true });
  for (const each of archives) copyFileSync(each, join(directory, basename(each)));
  const index = execFileSync('dpkg-scanpackages', ['--multiversion', '.'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  writeFileSync(join(directory, 'Packages'), index);
  rmSync(join(etc, 'apt/sources.list.d'), { recursive: true, force: true });
  mkdirSync(join(etc, 'apt/sources.list.d'));
  writeFileSync(join(etc, 'apt/sources.list'), `deb [trusted=yes] file:${PLACE} ./\n`);
}
