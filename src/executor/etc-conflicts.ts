// What both the administrator and a new base changed in /etc: the merge keeps the administrator's, and says nothing.

import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../model/deployment.js';
import type { Facts } from '../model/facts.js';
import type { CommitTree, FileFacts } from '../native/commit-tree.js';

type EtcConflicts = NonNullable<Facts['deployment']['etcConflicts']>;

const DEFAULTS = '/usr/etc';
/** Named in journal and message; more are counted. */
const NAMED = 50;

/**
 * Files of the deployment's /etc, as it is now, that differ from the defaults it came with where the new tree has other
 * defaults. Compared as the merge does: by kind, content, link target, owner and mode.
 */
export function etcConflicts(merge: Pick<Deployment, 'path'>, before: CommitTree, after: CommitTree): EtcConflicts {
  const paths = changedDefaults(before, after)
    .filter((path) => {
      const local = join(merge.path, 'etc', path);
      return !isAs(local, before, path) && !isAs(local, after, path);
    })
    .sort();
  return { paths: paths.slice(0, NAMED), total: paths.length };
}

/** Relative to /etc. */
function changedDefaults(before: CommitTree, after: CommitTree): readonly string[] {
  const old = defaultsOf(before);
  const fresh = defaultsOf(after);
  const all = new Set([...old.keys(), ...fresh.keys()]);
  return [...all].filter((path) => old.get(path) !== fresh.get(path));
}

function defaultsOf(tree: CommitTree): ReadonlyMap<string, string> {
  const files = [...tree.walk(DEFAULTS)].filter(({ kind }) => kind === 'file');
  return new Map(files.map(({ path, checksum }) => [path.slice(DEFAULTS.length + 1), checksum]));
}

function isAs(local: string, tree: CommitTree, path: string): boolean {
  const facts = tree.file(`${DEFAULTS}/${path}`);
  const found = lstatSync(local, { throwIfNoEntry: false });
  // a directory in the place of a file, or one that is gone, is a change of its own
  if (found === undefined || facts === null) return found === undefined && facts === null;
  if (found.uid !== facts.uid || found.gid !== facts.gid) return false;
  if (facts.kind === 'symlink') return found.isSymbolicLink() && readlinkSync(local) === facts.target;
  return isFileAs(found, facts) && readFileSync(local).equals(tree.read(`${DEFAULTS}/${path}`) ?? Buffer.alloc(0));
}

function isFileAs(found: NonNullable<ReturnType<typeof lstatSync>>, { kind, mode, sizeBytes }: FileFacts): boolean {
  return kind === 'file' && found.isFile() && found.mode === mode && Number(found.size) === sizeBytes;
}
