// The packages layered on a base, for telling what a transaction changed.

import type { Client, Status } from '../client/client.js';
import type { EventRow } from './journal-rows.js';
import { listAt, textAt } from './payload.js';

/** Version by package name (with the architecture where that is needed to tell two apart). */
export type Layer = ReadonlyMap<string, string>;

interface LayeredPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

export function layerOf({ packages }: { readonly packages: readonly LayeredPackage[] }): Layer {
  const names = packages.map(({ name }) => name);
  const twice = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  return new Map(
    packages.map(({ name, version, architecture }) => [twice.has(name) ? `${name}:${architecture}` : name, version]),
  );
}

/**
 * What the default deployment has, read from the journal of the transaction that wrote its commit. Null when that cannot be told:
 * the deployment was written by another program, or the journal began later.
 */
export async function defaultLayer(client: Client, status: Status, stateroot: string | null): Promise<Layer | null> {
  const wanted = stateroot ?? status.deployments.find((each) => each.booted)?.osname ?? status.deployments[0]?.osname;
  const current = status.deployments.find((each) => each.osname === wanted);
  if (current === undefined) return null;
  if (current['base-checksum'] === undefined) return new Map();
  // the same commit may have been deployed again since, with other kernel arguments
  const transaction = textAt(current, 'layered-commit-meta', 'apt-ostree.transaction') ?? current.transaction;
  if (transaction === undefined) return null;
  return layerInJournal(await client.journal.events({ transaction, limit: 10_000 }));
}

function layerInJournal(rows: readonly EventRow[]): Layer | null {
  const resolved = rows.flatMap(({ payload }) => {
    const packages = listAt(payload, 'gave', 'resolution', 'packages');
    return packages === undefined ? [] : [packages];
  });
  // a step that was rewound resolved twice: the last time counts
  const last = resolved.at(-1);
  return last === undefined ? null : layerOf({ packages: last.flatMap(packageOf) });
}

function packageOf(value: unknown): readonly LayeredPackage[] {
  const [name, version, architecture] = [
    textAt(value, 'name'),
    textAt(value, 'version'),
    textAt(value, 'architecture'),
  ];
  return name === undefined || version === undefined || architecture === undefined
    ? []
    : [{ name, version, architecture }];
}
