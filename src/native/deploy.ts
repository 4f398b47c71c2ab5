// Writes deployments: at once, staged for the shutdown, or a new order of those that are there.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BootEntry, Checksum, DeploymentId, Stateroot } from '../model/deployment.js';
import { AptOstreeError } from '../model/errors.js';
import { parseKeyFile, pointerArrayOf, splitKernelArguments } from './containers.js';
import { idOf, kargsOf, STAGED_LOCK } from './deployment-read.js';
import type { Pointer, Slot } from './foreign.js';
import { attempt, present } from './gerror.js';
import { syncDirectory } from './libc.js';
import { call, ostreeIsAtLeast } from './libraries.js';
import { type Owned, ownObject } from './ownership.js';
import type { Repo } from './repo.js';
import type { Handles, SysrootState } from './sysroot-state.js';

export interface DeployOptions {
  readonly stateroot: Stateroot;
  readonly checksum: Checksum;
  /** Text of the origin file. */
  readonly origin: string;
  /** Deployment whose /etc is merged; null takes the tree's /usr/etc as it is. */
  readonly merge: DeploymentId | null;
  /** Kernel arguments, one each; null takes over those of the merge deployment. */
  readonly kargs: readonly string[] | null;
}

export interface StageOptions extends DeployOptions {
  /** Staged, but not to be finalized at shutdown until it is unlocked. */
  readonly locked: boolean;
}

type Handle = Pointer<'OstreeDeployment'>;

/** Deploys and puts the new one before all that is there. */
export function deploy(state: SysrootState, repo: Repo, options: DeployOptions): DeploymentId {
  return state.mutate((handles) => {
    refuseStaged(handles);
    const merge = checkedMerge(state, repo, options, handles);
    using origin = parseKeyFile(options.origin);
    const kargs = options.kargs === null ? null : [...options.kargs, null];
    const slot: Slot<Handle> = [null];
    const { stateroot, checksum } = options;
    const given = [state.pointer, stateroot, checksum, origin.pointer, merge, kargs, slot, null] as const;
    attempt(`deploy ${checksum}`, 'ostree_sysroot_deploy_tree', ...given);
    using deployed = ownObject(slot[0]);
    writeDeployments(state, [deployed.pointer, ...handles.values()]);
    return idOf(deployed.pointer);
  });
}

export function stage(state: SysrootState, repo: Repo, options: StageOptions): DeploymentId {
  return state.mutate((handles) => {
    const merge = checkedMerge(state, repo, options, handles);
    using origin = parseKeyFile(options.origin);
    lockStaged(options.locked);
    // told now, so that the staged deployment shows them; left out, they would be looked up at shutdown only
    const kargs = options.kargs ?? (merge === null ? null : splitKernelArguments(kargsOf(merge)));
    const tree = { locked: options.locked ? 1 : 0, override_kernel_argv: kargs === null ? null : [...kargs, null] };
    const slot: Slot<Handle> = [null];
    const { stateroot, checksum } = options;
    const given = [state.pointer, stateroot, checksum, origin.pointer, merge, tree, slot, null] as const;
    attempt(`stage ${checksum}`, 'ostree_sysroot_stage_tree_with_options', ...given);
    using staged = ownObject(slot[0]);
    return idOf(staged.pointer);
  });
}

/** Exactly these, in this order; ENTRIES for those without a boot entry. @throws no-such-deployment, invalid-argument, wrong-state */
export function writeOrder(
  state: SysrootState,
  ids: readonly DeploymentId[],
  entries: readonly BootEntry[] = [],
): void {
  state.mutate((handles) => {
    const gone = entries.filter(({ id }) => !handles.has(id));
    const made = gone.map((entry) => [entry.id, madeOf(state, entry)] as const);
    try {
      writeChosen(state, ids, new Map([...handles, ...made.map(([id, { pointer }]) => [id, pointer] as const)]));
    } finally {
      for (const [, deployment] of made) deployment[Symbol.dispose]();
    }
  });
}

function writeChosen(state: SysrootState, ids: readonly DeploymentId[], handles: Handles): void {
  const chosen = ids.map((id) => handleOf(handles, id));
  if (new Set(ids).size !== ids.length)
    throw new AptOstreeError('invalid-argument', 'cannot order the deployments: one of them is named twice');
  if (chosen.some((each, index) => index > 0 && isStaged(each)))
    throw new AptOstreeError('invalid-argument', 'cannot order the deployments: a staged one can only come first');
  const booted = call('ostree_sysroot_get_booted_deployment', state.pointer);
  if (booted !== null && !chosen.includes(booted))
    throw new AptOstreeError('wrong-state', 'cannot remove the deployment that is running');
  writeDeployments(state, chosen);
}

/** libostree's own view of a deployment that its boot entry is gone of. @throws no-such-deployment when its directory is, too */
function madeOf(state: SysrootState, entry: BootEntry): Owned<'OstreeDeployment'> {
  const { id, stateroot, checksum, serial, bootChecksum, kargs } = entry;
  if (!existsSync(join(state.path, 'ostree/deploy', stateroot, 'deploy', `${checksum}.${serial}`)))
    throw new AptOstreeError('no-such-deployment', `cannot bring back the deployment ${id}: its directory is gone`);
  using config = ownObject(call('ostree_bootconfig_parser_new'));
  call('ostree_bootconfig_parser_set', config.pointer, 'options', kargs);
  const made = ownObject(call('ostree_deployment_new', -1, stateroot, checksum, serial, bootChecksum, -1));
  call('ostree_deployment_set_bootconfig', made.pointer, config.pointer);
  return made;
}

export function setPinned(state: SysrootState, id: DeploymentId, pinned: boolean): void {
  state.mutate((handles) => {
    const deployment = handleOf(handles, id);
    if (isStaged(deployment)) throw new AptOstreeError('wrong-state', `cannot pin ${id}: it is staged`);
    const doing = `${pinned ? 'pin' : 'unpin'} ${id}`;
    attempt(doing, 'ostree_sysroot_deployment_set_pinned', state.pointer, deployment, pinned ? 1 : 0);
    // libostree syncs the new origin, but not the name it gets
    const stateroot = present(call('ostree_deployment_get_osname', deployment));
    syncDirectory(join(state.path, 'ostree/deploy', stateroot, 'deploy'));
  });
}

/** Whether a staged deployment waits to be unlocked before a shutdown finalizes it. @throws wrong-state unless it is staged */
export function setFinalizationLocked(state: SysrootState, id: DeploymentId, locked: boolean): void {
  state.mutate((handles) => {
    const deployment = handleOf(handles, id);
    if (!isStaged(deployment)) throw new AptOstreeError('wrong-state', `cannot lock or unlock ${id}: it is not staged`);
    if (!ostreeIsAtLeast(2023, 8)) return lockStaged(locked);
    rmSync(STAGED_LOCK, { force: true });
    const isLocked = call('ostree_deployment_is_finalization_locked', deployment) !== 0;
    const doing = `${locked ? 'lock' : 'unlock'} ${id}`;
    if (isLocked !== locked) attempt(doing, 'ostree_sysroot_change_finalization', state.pointer, deployment);
  });
}

function writeDeployments(state: SysrootState, deployments: readonly Handle[]): void {
  using array = pointerArrayOf(deployments);
  const options = { do_postclean: 0 };
  const given = [state.pointer, array.pointer, options, null] as const;
  attempt('write the list of deployments', 'ostree_sysroot_write_deployments_with_options', ...given);
  // where kernels and arguments stay the same, libostree's last act is to replace a link there, and it does not sync that
  syncDirectory(join(state.path, 'ostree'));
}

/** The merge deployment's handle, after all that libostree would only stumble over is checked. */
function checkedMerge(state: SysrootState, repo: Repo, options: DeployOptions, handles: Handles): Handle | null {
  const { stateroot, checksum, merge } = options;
  if (!existsSync(join(state.path, 'ostree/deploy', stateroot)))
    throw new AptOstreeError(
      'no-such-stateroot',
      `cannot deploy to the stateroot ${stateroot}: there is none of that name`,
    );
  if (!repo.hasCommit(checksum))
    throw new AptOstreeError('no-such-revision', `cannot deploy ${checksum}: the commit is not in the repo`);
  return merge === null ? null : handleOf(handles, merge);
}

/** libostree would drop a staged deployment that does not come first. */
function refuseStaged(handles: Handles): void {
  if ([...handles.values()].some(isStaged))
    throw new AptOstreeError('wrong-state', 'cannot write a deployment: another one is staged and would be lost');
}

function lockStaged(locked: boolean): void {
  rmSync(STAGED_LOCK, { force: true });
  if (!locked || ostreeIsAtLeast(2023, 8)) return;
  mkdirSync(dirname(STAGED_LOCK), { recursive: true });
  writeFileSync(STAGED_LOCK, '');
}

function handleOf(handles: Handles, id: DeploymentId): Handle {
  const handle = handles.get(id);
  if (handle === undefined) throw new AptOstreeError('no-such-deployment', `cannot find the deployment ${id}`);
  return handle;
}

function isStaged(deployment: Handle): boolean {
  return call('ostree_deployment_is_staged', deployment) !== 0;
}
