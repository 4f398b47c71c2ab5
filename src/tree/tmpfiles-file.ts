// The files that apt-ostree itself adds to a tree's tmpfiles.d.

import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { writePlainFile } from './plain-places.js';
import { formatLine, type TmpfilesLine } from './tmpfiles-line.js';

/** Without `.conf`. Of two lines for one path, that of the file whose name sorts first wins: package state comes first. */
export const TMPFILES = {
  state: 'apt-ostree-0-state',
  apt: 'apt-ostree-1-apt',
  var: 'apt-ostree-1-var',
  opt: 'apt-ostree-2-opt',
  layeredVar: 'apt-ostree-2-layered',
  layeredOpt: 'apt-ostree-2-layered-opt',
} as const;

/** Names of the files of the base's upgrade with this number. */
export function upgradeTmpfiles(number: number): { readonly varTmpfiles: string; readonly optTmpfiles: string } {
  return { varTmpfiles: `apt-ostree-1-upgrade-${number}`, optTmpfiles: `apt-ostree-2-upgrade-${number}-opt` };
}

/** Whole or not at all. @throws unsupported-path */
export function writeTmpfiles(usrDir: string, name: string, lines: readonly TmpfilesLine[]): void {
  const directory = join(usrDir, 'lib/tmpfiles.d');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${name}.conf`);
  writePlainFile(`${file}.new`, lines.map((line) => `${formatLine(line)}\n`).join(''));
  renameSync(`${file}.new`, file);
}

export function symlinkLine(path: string, target: string): TmpfilesLine {
  return { type: 'L', path, mode: null, user: null, group: null, argument: target };
}
