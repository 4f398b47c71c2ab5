// What is a machine's own leads from the tree into /var, and /var is left empty: tmpfiles.d fills it on each machine.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ownerNames } from '../tree/account-names.js';
import { knownPaths } from '../tree/tmpfiles.js';
import { TMPFILES, writeTmpfiles } from '../tree/tmpfiles-file.js';
import type { TmpfilesLine } from '../tree/tmpfiles-line.js';
import { captureVar } from '../tree/var-capture.js';

/** Directories at the top that are a machine's own: symlinks into /var. */
const INTO_VAR: readonly (readonly [directory: string, inVar: string, link: string])[] = [
  ['home', 'home', 'var/home'],
  ['root', 'roothome', 'var/roothome'],
  ['srv', 'srv', 'var/srv'],
  ['mnt', 'mnt', 'var/mnt'],
  ['opt', 'opt', 'var/opt'],
  ['usr/local', 'usrlocal', '../var/usrlocal'],
];

/** Package apt ships these in places whose content is never captured; it downloads as a user of its own. */
const APT_DIRECTORIES: readonly TmpfilesLine[] = ['/var/cache/apt/archives/partial', '/var/lib/apt/lists/partial'].map(
  (path) => ({ type: 'd', path, mode: 0o700, user: '_apt', group: 'root', argument: null }),
);

export async function moveStateIntoVar(root: string): Promise<void> {
  redirectTmpfiles(root);
  linkIntoVar(root);
  await emptyVar(root);
}

/** Lines for /home and the like would complain of the symlink at every boot: /etc overrides them with the real place. */
function redirectTmpfiles(root: string): void {
  const shipped = join(root, 'usr/lib/tmpfiles.d');
  for (const name of readdirSync(shipped)) {
    const text = readFileSync(join(shipped, name), 'utf8');
    const redirected = text.split('\n').flatMap(redirectLine).join('\n');
    if (redirected === text) continue;
    mkdirSync(join(root, 'etc/tmpfiles.d'), { recursive: true });
    writeFileSync(join(root, 'etc/tmpfiles.d', name), redirected);
  }
}

function redirectLine(line: string): readonly string[] {
  const [, start = '', path = '', rest = ''] = /^([a-zA-Z]\S*\s+)(\/\S*)(.*)$/.exec(line) ?? [];
  const found = INTO_VAR.find(([directory]) => path === `/${directory}` || path.startsWith(`/${directory}/`));
  if (found === undefined) return [line];
  const below = path.slice(found[0].length + 1);
  // the directory itself is captured with all of /var
  return below === '' ? [] : [`${start}/var/${found[1]}${below}${rest}`];
}

function linkIntoVar(root: string): void {
  for (const [directory, inVar, link] of INTO_VAR) {
    const from = join(root, directory);
    const to = join(root, 'var', inVar);
    // base-files may ship a symlink or an empty directory of the same name
    if (lstatSync(to, { throwIfNoEntry: false })?.isDirectory()) rmdirSync(to);
    if (existsSync(from)) renameSync(from, to);
    else mkdirSync(to);
    symlinkSync(link, from);
  }
}

async function emptyVar(root: string): Promise<void> {
  const varDir = join(root, 'var');
  const names = ownerNames(join(root, 'etc'));
  writeFileSync(join(root, 'usr/lib/tmpfiles.d/apt-ostree-media.conf'), 'd /run/media 0755 root root -\n');
  writeTmpfiles(join(root, 'usr'), TMPFILES.apt, APT_DIRECTORIES);
  const known = knownPaths(root);
  await captureVar({ varDir, usrDir: join(root, 'usr'), tmpfilesName: TMPFILES.var, known, ...names });
  for (const name of readdirSync(varDir)) rmSync(join(varDir, name), { recursive: true });
}
