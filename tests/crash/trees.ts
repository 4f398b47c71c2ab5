// Deployments' directories held against their commits, and against what they were before.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Checksum, Deployment } from '../../src/model/deployment.js';
import { ostree } from './small-base.js';

/** By path below a directory, what would show that somebody touched it. */
export type Fingerprint = ReadonlyMap<string, string>;

/**
 * Owners, modes, sizes, times and inodes of all below, where links lead, and what files outside of /usr hold; those in it are
 * objects of the repo, immutable, and for fsck to vouch for.
 */
export function fingerprint(directory: string): Fingerprint {
  const prints = new Map<string, string>();
  const visit = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const file = join(path, entry.name);
      const status = lstatSync(file);
      const below = file.slice(directory.length);
      prints.set(below, `${statusOf(status)} ${below.startsWith('/usr/') ? '' : contentOf(file, status)}`);
      if (entry.isDirectory()) visit(file);
    }
  };
  visit(directory);
  return prints;
}

/** One path that was changed, made or removed, or null. */
export function firstDifference(before: Fingerprint, after: Fingerprint): string | null {
  const paths = [...before.keys(), ...[...after.keys()].filter((path) => !before.has(path))];
  const path = paths.find((each) => before.get(each) !== after.get(each));
  return path === undefined ? null : `${path} (${before.get(path) ?? 'none'}, now ${after.get(path) ?? 'none'})`;
}

function contentOf(file: string, status: Stats): string {
  if (status.isSymbolicLink()) return readlinkSync(file);
  if (!status.isFile()) return '';
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Links and the time of the last change of an inode are touched by each deployment that shares it. */
function statusOf({ mode, uid, gid, size, mtimeMs, ino }: Stats): string {
  return `${mode} ${uid} ${gid} ${size} ${mtimeMs} ${ino}`;
}

/** Paths of the commit that the deployment's directory lacks, or has as another file than the repo's object. */
export function missingFiles({ path, checksum }: Deployment, repo: string): readonly string[] {
  return filesOf(repo, checksum)
    .filter((file) => !isObject(file, { path, repo }))
    .map((file) => file.path);
}

interface CommitFile {
  readonly path: string;
  readonly isRegular: boolean;
  readonly object: string;
}

const LISTINGS = new Map<Checksum, readonly CommitFile[]>();

/** Everything but directories. */
function filesOf(repo: string, commit: Checksum): readonly CommitFile[] {
  const known = LISTINGS.get(commit);
  if (known !== undefined) return known;
  const lines = ostree('ls', `--repo=${repo}`, '-R', '-C', commit).split('\n');
  const files = lines.flatMap((line) => {
    const [, type, object, path] = /^([-l])\S+ +\d+ +\d+ +\d+ ([0-9a-f]{64}) (.*?)(?: -> .*)?$/.exec(line) ?? [];
    return object === undefined || path === undefined ? [] : [{ path, isRegular: type === '-', object }];
  });
  if (files.length === 0) throw new Error(`cannot list ${commit}`);
  LISTINGS.set(commit, files);
  return files;
}

/** libostree copies empty files, since filesystems limit the links of one. */
function isObject(file: CommitFile, { path, repo }: { readonly path: string; readonly repo: string }): boolean {
  const there = lstatSync(join(path, file.path), { throwIfNoEntry: false });
  if (there === undefined || !file.isRegular) return there?.isSymbolicLink() === true;
  const object = join(repo, 'objects', file.object.slice(0, 2), `${file.object.slice(2)}.file`);
  const kept = lstatSync(object, { throwIfNoEntry: false });
  return kept !== undefined && (there.ino === kept.ino || (there.size === 0 && kept.size === 0));
}
