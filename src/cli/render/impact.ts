// The impact of a dry run: packages, files, bytes, conflicts.

import type { Impact, PackageChanges } from '../../model/facts.js';
import { formatBytes } from './bytes.js';
import { packageDiffLines } from './package-diff.js';

/** Files named one by one; more than that nobody reads. */
const CONFLICTS_SHOWN = 20;

export function impactLines(impact: Impact): readonly string[] {
  const rows: readonly (readonly [string, string])[] = [
    ['Packages', counts({ added: impact.added, removed: impact.removed, changed: impact.changed })],
    ['Files', `${impact.filesAdded} added, ${impact.filesRemoved} removed, ${impact.filesChanged} changed`],
    ['Download', formatBytes(impact.downloadBytes)],
    ['Installed', installed(impact.installedBytes)],
    ['Conflicts', impact.conflicts.length === 0 ? 'none' : `${impact.conflicts.length}`],
  ];
  return [
    ...changeLines(impact),
    'Impact:',
    ...rows.map(([key, value]) => `  ${key.padStart(9)}: ${value}`),
    ...conflictLines(impact),
  ];
}

function counts(lists: Readonly<Record<string, readonly unknown[]>>): string {
  return Object.entries(lists)
    .map(([word, list]) => `${list.length} ${word}`)
    .join(', ');
}

/** Signed: a dropped request can make the tree smaller. */
function installed(bytes: number): string {
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes);
}

export function changeLines({ added, removed, changed }: PackageChanges): readonly string[] {
  const before = [...removed, ...changed.map(({ name, from }) => ({ name, version: from }))];
  const after = [...added, ...changed.map(({ name, to }) => ({ name, version: to }))];
  const layer = (list: typeof before) => new Map(list.map(({ name, version }) => [name, version]));
  return packageDiffLines(layer(before), layer(after));
}

function conflictLines({ conflicts }: Impact): readonly string[] {
  const shown = conflicts.slice(0, CONFLICTS_SHOWN);
  const more = conflicts.length - shown.length;
  return [
    ...shown.map(({ path, owner }) => `    ${path}${owner === null ? '' : ` (of ${owner})`}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}
