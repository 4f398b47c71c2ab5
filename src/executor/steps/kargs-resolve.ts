// kargs.resolve: the next deployment is the default one's commit and origin, with other kernel arguments. Changes nothing.

import { baseOf, configMerge } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { Target } from '../../model/facts.js';
import { changeKernelArguments, ownKernelArguments } from '../../model/kernel-arguments.js';
import { formatOrigin, parseOrigin } from '../../model/origin.js';
import { originDeployment } from '../sandbox/origin-base.js';
import type { StepContext, StepHandler } from '../step-handler.js';

export const kargsResolve: StepHandler<'kargs.resolve'> = {
  async probe() {
    return null;
  },
  async perform(_facts, context) {
    const { checksum, kargs } = originDeployment(context);
    const target = targetOf(context);
    const gave = { target, commit: checksum };
    const isSame = ownKernelArguments(kargs).join(' ') === target.kargs?.join(' ');
    return isSame ? { gave, unchanged: 'No changes.' } : { gave };
  },
  async undo() {},
};

function targetOf(context: StepContext): Target {
  const { sysroot, request, transaction } = context;
  if (request.kind !== 'kargs')
    throw new AptOstreeError('internal', `internal error: ${request.kind} changes no kernel arguments`);
  const before = originDeployment(context);
  const base = baseOf(before);
  return {
    stateroot: request.stateroot,
    base,
    origin: formatOrigin({ ...parseOrigin(before.origin ?? ''), transaction }),
    merge: configMerge(sysroot.deployments(), request.stateroot)?.id ?? null,
    kargs: changeKernelArguments(ownKernelArguments(request.existing ?? before.kargs), request),
    layered: before.checksum !== base,
  };
}
