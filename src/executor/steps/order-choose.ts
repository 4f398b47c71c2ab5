// order.choose: what a rollback would make of the boot order. Changes nothing.

import type { Deployment, DeploymentId, Stateroot } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { StepHandler } from '../step-handler.js';

export const orderChoose: StepHandler<'order.choose'> = {
  async probe() {
    return null;
  },
  async perform(_facts, { sysroot, request }) {
    const deployments = sysroot.deployments();
    const target = rollbackTarget(deployments, request.stateroot);
    const before = deployments.map(({ id }) => id);
    return { gave: { order: { before, after: first(target.id, before) } } };
  },
  async undo() {},
};

/**
 * rpm-ostree's rule: with a pending deployment in front of the booted one, the booted one becomes first again;
 * otherwise the one after the booted (or, where nothing is booted, after the first) does.
 * @throws no-such-deployment
 */
export function rollbackTarget(deployments: readonly Deployment[], stateroot: Stateroot): Deployment {
  const ours = deployments.filter((each) => each.stateroot === stateroot);
  if (ours.some((each) => each.staged))
    throw new AptOstreeError(
      'no-such-deployment',
      'cannot roll back: a deployment is staged for the next boot; drop it with "apt-ostree cleanup --pending"',
    );
  const booted = ours.findIndex((each) => each.booted);
  const target = booted > 0 ? ours[booted] : ours[Math.max(booted, 0) + 1];
  if (target === undefined)
    throw new AptOstreeError('no-such-deployment', `cannot roll back: stateroot ${stateroot} has no other deployment`);
  return target;
}

function first(id: DeploymentId, order: readonly DeploymentId[]): readonly DeploymentId[] {
  return [id, ...order.filter((each) => each !== id)];
}
