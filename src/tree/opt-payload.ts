// /opt is a symlink into writable state: what packages put there lies in /usr/lib/opt, and a link per package leads to it.

import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { symlinkLine, TMPFILES, writeTmpfiles } from './tmpfiles-file.js';

/** Where the payload of /opt lies in a tree. */
export const OPT_PAYLOAD = 'usr/lib/opt';

/** Moves what packages put into a tree's /opt to where a commit can hold it. @throws file-conflict, unsupported-path */
export function moveOptPayload(root: string): void {
  const names = namesIn(join(root, 'opt'));
  if (names.length === 0) return;
  mkdirSync(join(root, OPT_PAYLOAD), { recursive: true });
  for (const name of names) {
    if (existsSync(join(root, OPT_PAYLOAD, name)))
      throw new AptOstreeError('file-conflict', `cannot move /opt/${name} to /${OPT_PAYLOAD}: it is there already`);
    renameSync(join(root, 'opt', name), join(root, OPT_PAYLOAD, name));
  }
  writeLinks(root, TMPFILES.opt, names);
}

/** The same for an overlay, whose packages wrote to the payload's place at once. @throws unsupported-path */
export function linkLayeredOpt(
  tree: { readonly root: string; readonly base: string; readonly upper: string },
  tmpfilesName: string,
): void {
  const old = new Set(namesIn(join(tree.base, OPT_PAYLOAD)));
  const added = namesIn(join(tree.upper, OPT_PAYLOAD)).filter((name) => !old.has(name));
  writeLinks(tree.root, tmpfilesName, added);
}

function writeLinks(root: string, tmpfilesName: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const lines = names.map((name) => symlinkLine(`/var/opt/${name}`, `../../${OPT_PAYLOAD}/${name}`));
  writeTmpfiles(join(root, 'usr'), tmpfilesName, lines);
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}
