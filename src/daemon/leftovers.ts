// What earlier transactions left in a sysroot: looked up at the start, to know whether a tidy-up is due.

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { baseOf, type Deployment } from '../model/deployment.js';

/** Paths that a tidy-up would remove: it may have been cut short anywhere, or never have begun. */
export function leftovers(sysroot: string, deployments: readonly Deployment[]): readonly string[] {
  const bases = deployments.map(baseOf) as readonly string[];
  const staged = deployments.filter((each) => each.staged).flatMap(({ origin }) => transactionIn(origin));
  const directories = deployments.map(({ path }) => path);
  return [
    ...below(sysroot, 'ostree/apt-ostree/scratch'),
    ...below(sysroot, 'ostree/apt-ostree/archives/partial'),
    ...below(sysroot, 'ostree/repo/refs/heads/apt-ostree/transaction').filter(
      (path) => !staged.includes(basename(path)),
    ),
    ...below(sysroot, 'ostree/repo/refs/heads/apt-ostree/upgrade'),
    // libostree's, of a write that failed or was cut short; its next one takes them up and away
    ...below(sysroot, 'ostree/repo/tmp').filter((path) => basename(path).startsWith('staging-')),
    ...below(sysroot, 'ostree/apt-ostree/bases').filter((path) => !bases.includes(basename(path))),
    ...below(sysroot, 'ostree/repo/refs/heads/apt-ostree/base').filter((path) => !bases.includes(basename(path))),
    ...below(sysroot, 'ostree/deploy')
      .flatMap((stateroot) => below(stateroot, 'deploy'))
      // what is named otherwise is no deployment, and stays
      .filter((path) => /\/[0-9a-f]{64}\.\d+(\.origin)?$/.test(path))
      .filter((path) => !directories.includes(path.replace(/\.origin$/, ''))),
  ];
}

/** The transaction that wrote a deployment, by its origin. */
function transactionIn(origin: string | null): readonly string[] {
  const id = /^transaction=([0-9a-f]{32})$/m.exec(origin ?? '')?.[1];
  return id === undefined ? [] : [id];
}

function below(directory: string, place: string): readonly string[] {
  const path = join(directory, place);
  return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
}
