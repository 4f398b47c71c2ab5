// What changed between two sets of packages, as rpm-ostree prints it.

import type { Layer } from '../layer.js';
import { compareVersions } from './debian-version.js';

/** Blocks `Upgraded:`, `Downgraded:`, `Removed:`, `Added:`; empty when the sets are equal. */
export function packageDiffLines(from: Layer, to: Layer): readonly string[] {
  const both = sorted([...to].flatMap(([name, version]) => changeOf(name, from.get(name), version)));
  return [
    ...block('Upgraded', both.filter((each) => each.order > 0).map(changeText)),
    ...block('Downgraded', both.filter((each) => each.order < 0).map(changeText)),
    ...block('Removed', only(from, to)),
    ...block('Added', only(to, from)),
  ];
}

interface Change {
  readonly name: string;
  readonly old: string;
  readonly version: string;
  readonly order: number;
}

function changeOf(name: string, old: string | undefined, version: string): readonly Change[] {
  if (old === undefined || old === version) return [];
  return [{ name, old, version, order: compareVersions(version, old) }];
}

function changeText({ name, old, version }: Change): string {
  return `${name} ${old} -> ${version}`;
}

function only(these: Layer, others: Layer): readonly string[] {
  const names = [...these].filter(([name]) => !others.has(name)).map(([name, version]) => ({ name, version }));
  return sorted(names).map(({ name, version }) => `${name} ${version}`);
}

/** By code point, so that the order does not depend on the locale. */
function sorted<T extends { readonly name: string }>(list: readonly T[]): readonly T[] {
  return [...list].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function block(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${item}`)];
}
