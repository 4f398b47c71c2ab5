// The packages of a base as its commit's metadata lists them, and what changed from one base to another.

import type { MetadataValue } from './deployment.js';
import type { PackageChanges } from './facts.js';

/** `NAME VERSION ARCHITECTURE` each. */
export const PACKAGE_LIST_KEY = 'apt-ostree.packages-list';

type Metadata = Readonly<Record<string, MetadataValue>>;

/** Null where one of them has no list, as those of other composers. */
export function packageChanges(before: Metadata, after: Metadata): PackageChanges | null {
  const [old, fresh] = [versionsIn(before), versionsIn(after)];
  if (old === null || fresh === null) return null;
  const named = (versions: ReadonlyMap<string, string>) => [...versions].map(([name, version]) => ({ name, version }));
  return {
    added: named(fresh).filter(({ name }) => !old.has(name)),
    removed: named(old).filter(({ name }) => !fresh.has(name)),
    changed: named(fresh).flatMap(({ name, version: to }) => {
      const from = old.get(name) ?? to;
      return from === to ? [] : [{ name, from, to }];
    }),
  };
}

function versionsIn(metadata: Metadata): ReadonlyMap<string, string> | null {
  const list = metadata[PACKAGE_LIST_KEY];
  if (!Array.isArray(list)) return null;
  return new Map(list.map((line: string) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']));
}
