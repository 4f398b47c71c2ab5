// A deployment as it was seen to be: what must be found again, byte for byte, on every disk that boots it.

import { createHash } from 'node:crypto';
import type { Deployment, DeploymentId } from '../../src/model/deployment.js';
import { fingerprint } from '../crash/trees.js';
import { characterOf } from './machine.js';

export interface SeenDeployment {
  readonly id: DeploymentId;
  readonly character: string;
  /** Digest of owners, modes, sizes, times and inodes, and of what files outside of /usr hold. */
  readonly fingerprint: string;
}

export function seen(deployment: Deployment): SeenDeployment {
  const { id, path } = deployment;
  const hash = createHash('sha256');
  for (const [file, print] of [...fingerprint(path)].sort()) hash.update(`${file}\0${print}\0`);
  return { id, character: characterOf(deployment), fingerprint: hash.digest('hex') };
}

/** How a deployment differs from what it was seen to be. */
export function differences(deployment: Deployment, was: SeenDeployment): readonly string[] {
  const is = seen(deployment);
  const name = is.character;
  return [
    ...(is.character === was.character ? [] : [`${was.character} has become ${name}`]),
    ...(is.fingerprint === was.fingerprint ? [] : [`the files of ${name} are not those that were written`]),
  ];
}
