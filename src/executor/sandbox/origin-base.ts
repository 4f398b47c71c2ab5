// The deployment whose origin a request changes, and the base commit below it.

import { type Checksum, checksum, type Deployment, originMerge } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { StepContext } from '../step-handler.js';

type OriginContext = Pick<StepContext, 'sysroot' | 'request'>;

/** @throws no-such-deployment */
export function originDeployment({ sysroot, request }: OriginContext): Deployment {
  const deployment = originMerge(sysroot.deployments(), request.stateroot);
  if (deployment === null)
    throw new AptOstreeError('no-such-deployment', `cannot find a deployment in stateroot ${request.stateroot}`);
  return deployment;
}

/** A layered commit names the base it was made of. */
export function baseOf(deployment: Deployment): Checksum {
  const base = deployment.commit.metadata['apt-ostree.base-checksum'];
  return typeof base === 'string' ? checksum(base) : deployment.checksum;
}

export function originBase(context: OriginContext): Checksum {
  return baseOf(originDeployment(context));
}
