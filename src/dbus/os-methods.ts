// Methods of the OS interface: each parses its arguments into a request and begins it.

import type { Deployment } from '../model/deployment.js';
import { AptOstreeError } from '../model/errors.js';
import { type BeginParts, begin } from './begin.js';
import { finalizeDeployment, initramfsState, kernelArgs, pin } from './boot-requests.js';
import type { MethodsOf } from './dispatcher.js';
import type { OS_INTERFACE } from './members.js';
import { osPath } from './names.js';
import { type Asked, cleanup, deploy, pkgChange, refreshMd, rollback, updateDeployment } from './os-requests.js';
import type { Call } from './peer.js';
import { rebase, upgrade } from './update-requests.js';
import { varDict } from './wire/value.js';

export function osMethods(parts: BeginParts): MethodsOf<typeof OS_INTERFACE> {
  const deployments = () => parts.engine.snapshot().deployments;
  const start = async (call: Call, ask: (stateroot: string) => Asked) => ({
    transaction_address: await begin(parts, ask(staterootAt(deployments(), call.path)), call),
  });
  return {
    Deploy: ({ revision, options }, call) => start(call, (name) => deploy(name, revision, options)),
    Upgrade: ({ options }, call) => start(call, (name) => upgrade(name, options)),
    Rebase: (given, call) => start(call, (name) => rebase(name, given.refspec, given)),
    Rollback: ({ options }, call) => start(call, (name) => rollback(name, options)),
    PkgChange: ({ options, packages_added: added, packages_removed: removed }, call) =>
      start(call, (stateroot) => pkgChange({ stateroot, options, added, removed })),
    UpdateDeployment: ({ modifiers, options }, call) =>
      start(call, (name) => updateDeployment(name, modifiers, options)),
    Cleanup: ({ elements }, call) => start(call, (name) => cleanup(name, elements)),
    RefreshMd: ({ options }, call) => start(call, (name) => refreshMd(name, options)),
    KernelArgs: (given, call) =>
      start(call, (stateroot) =>
        kernelArgs({
          stateroot,
          existing: given.existing_kernel_arg_string,
          added: given.kernel_args_added,
          replaced: given.kernel_args_replaced,
          removed: given.kernel_args_removed,
          options: given.options,
        }),
      ),
    SetInitramfsState: (given, call) => start(call, (stateroot) => initramfsState({ stateroot, ...given })),
    FinalizeDeployment: ({ options }, call) => start(call, (name) => finalizeDeployment(name, options)),
    SetPinned: (given, call) => start(call, (stateroot) => pin(stateroot, given.deployment, given)),
    GetDeploymentBootConfig: ({ deployment, is_pending: isPending }, { path }) => ({
      bootconfig: bootConfig(findDeployment({ all: deployments(), path, wanted: deployment, isPending })),
    }),
  };
}

function staterootAt(all: readonly Deployment[], path: string): string {
  const found = all.find((each) => osPath(each.stateroot) === path);
  if (found === undefined) throw new AptOstreeError('no-such-stateroot', `cannot find the stateroot of ${path}`);
  return found.stateroot;
}

function findDeployment(of: {
  readonly all: readonly Deployment[];
  readonly path: string;
  /** Index in boot order or id; empty for the one that `isPending` says. */
  readonly wanted: string;
  readonly isPending: boolean;
}): Deployment {
  const { all, path, wanted, isPending } = of;
  const ours = all.filter((each) => osPath(each.stateroot) === path);
  const found =
    wanted === ''
      ? isPending
        ? ours[0]
        : (ours.find((each) => each.booted) ?? ours[0])
      : ours.find((each) => each.id === wanted || String(all.indexOf(each)) === wanted);
  if (found === undefined)
    throw new AptOstreeError('no-such-deployment', `cannot find deployment ${JSON.stringify(wanted)} at ${path}`);
  return found;
}

function bootConfig(deployment: Deployment) {
  return varDict({ staged: ['b', deployment.staged], options: ['s', deployment.kargs] });
}
