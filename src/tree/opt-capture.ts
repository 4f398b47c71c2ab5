// /opt is a symlink into writable state: what packages put there lies in /usr/lib/opt, and a link per package leads to it.

import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { formatLine } from './tmpfiles-line.js';

export interface OptCapture {
  /** The directory packages wrote into as /opt. */
  readonly optDir: string;
  readonly usrDir: string;
  readonly tmpfilesName: string;
}

/** Moves /opt/NAME to /usr/lib/opt/NAME; gives the names. @throws file-conflict, unsupported-path */
export function captureOpt({ optDir, usrDir, tmpfilesName }: OptCapture): readonly string[] {
  const names = existsSync(optDir) ? readdirSync(optDir).sort() : [];
  if (names.length === 0) return [];
  const target = join(usrDir, 'lib/opt');
  mkdirSync(target, { recursive: true });
  for (const name of names) {
    if (existsSync(join(target, name)))
      throw new AptOstreeError('file-conflict', `cannot move /opt/${name} to /usr/lib/opt: it is there already`);
    renameSync(join(optDir, name), join(target, name));
  }
  const lines = names.map((name) => linkLine(name));
  mkdirSync(join(usrDir, 'lib/tmpfiles.d'), { recursive: true });
  writeFileSync(join(usrDir, 'lib/tmpfiles.d', `${tmpfilesName}.conf`), lines.join(''));
  return names;
}

function linkLine(name: string): string {
  const owner = { mode: null, user: null, group: null };
  return `${formatLine({ type: 'L', path: `/var/opt/${name}`, ...owner, argument: `../../usr/lib/opt/${name}` })}\n`;
}
