// What a resolution would change, from package lists and file lists alone.

import type { FileImpact, Impact } from '../model/facts.js';
import type { ResolvedPackage } from '../model/package.js';
import type { ArchiveEntry } from './archive-listing.js';
import type { InstalledPackage } from './dpkg-status.js';

export interface PackageChanges extends Pick<Impact, 'added' | 'removed' | 'changed'> {}

/** Between what a deployment has on top of the base and what it would have. */
export function packageChanges(
  before: readonly InstalledPackage[],
  after: readonly Pick<ResolvedPackage, 'name' | 'version' | 'architecture'>[],
): PackageChanges {
  const key = (each: Pick<ResolvedPackage, 'name' | 'architecture'>) => `${each.name}:${each.architecture}`;
  const old = new Map(before.map((each) => [key(each), each]));
  const kept = new Set(after.map(key));
  return {
    added: after.filter((each) => !old.has(key(each))).map(({ name, version }) => ({ name, version })),
    removed: before.filter((each) => !kept.has(key(each))).map(({ name, version }) => ({ name, version })),
    changed: after.flatMap((each) => {
      const from = old.get(key(each))?.version;
      return from === undefined || from === each.version ? [] : [{ name: each.name, from, to: each.version }];
    }),
  };
}

/** How the files of a base look to a package that is to be unpacked over them. */
export interface BaseFiles {
  /** Whether there is anything at the path, and whether it is a directory. */
  readonly kindOf: (path: string) => 'file' | 'directory' | null;
  readonly ownerOf: (path: string) => string | null;
  /** Where dpkg puts the path, by the base's diversions. */
  readonly divert: (path: string, package_: string) => string;
}

/** Files that dpkg would refuse to overwrite, or that nobody owns and are lost. */
export function conflictsOf(
  archive: { readonly name: string; readonly replaces: ReadonlySet<string>; readonly entries: readonly ArchiveEntry[] },
  base: BaseFiles,
): readonly FileImpact[] {
  return archive.entries.flatMap(({ path, kind }) => {
    const target = base.divert(path, archive.name);
    const there = base.kindOf(target);
    // directories are shared; a link over a directory stays the directory
    if (there === null || there === 'directory' || kind === 'directory') return [];
    const owner = base.ownerOf(target);
    if (owner !== null && archive.replaces.has(owner)) return [];
    // a configuration file that is there already is kept, not overwritten
    if (owner === null && target.startsWith('/etc/')) return [];
    return [{ path: target, owner }];
  });
}
