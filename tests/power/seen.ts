// A deployment as it was seen to be: what must be found again, byte for byte, on every disk that boots it.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment, DeploymentId } from '../../src/model/deployment.js';
import { fingerprint } from '../crash/trees.js';
import { characterOf } from './machine.js';

export interface SeenDeployment {
  readonly id: DeploymentId;
  readonly character: string;
  /** Of names, owners, modes, sizes, times and inodes. */
  readonly fingerprint: string;
  /** Of the contents of /etc, which are no objects of the repo. */
  readonly etc: string;
}

export function seen(deployment: Deployment): SeenDeployment {
  const { id, path } = deployment;
  return { id, character: characterOf(deployment), fingerprint: fingerprint(path), etc: contents(join(path, 'etc')) };
}

/** How a deployment differs from what it was seen to be. */
export function differences(deployment: Deployment, was: SeenDeployment): readonly string[] {
  const is = seen(deployment);
  const name = is.character;
  return [
    ...(is.character === was.character ? [] : [`${was.character} has become ${name}`]),
    ...(is.fingerprint === was.fingerprint ? [] : [`the files of ${name} are not those that were written`]),
    ...(is.etc === was.etc ? [] : [`the contents of the /etc of ${name} are not those that were written`]),
  ];
}

function contents(directory: string): string {
  const files = readdirSync(directory, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path.slice(directory.length)}\0`).update(readFileSync(path));
  return hash.digest('hex');
}
