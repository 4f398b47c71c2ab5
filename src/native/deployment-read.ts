// A deployment of libostree as a value.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CommitFacts,
  checksum,
  type Deployment,
  type DeploymentId,
  deploymentId,
  stateroot,
} from '../model/deployment.js';
import { formatKeyFile } from './containers.js';
import type { Pointer } from './foreign.js';
import { present } from './gerror.js';
import { call, ostreeIsAtLeast } from './libraries.js';

type Handle = Pointer<'OstreeDeployment'>;

export interface DeploymentSurroundings {
  readonly sysroot: Pointer<'OstreeSysroot'>;
  readonly sysrootPath: string;
  readonly booted: Handle | null;
  readonly commitFacts: (checksum: Deployment['checksum']) => CommitFacts;
}

/** Before 2023.8 libostree has no better place for the lock than this file; it is gone at the next boot. */
export const STAGED_LOCK = '/run/ostree/staged-deployment-locked';

export function idOf(deployment: Handle): DeploymentId {
  return deploymentId({
    stateroot: present(call('ostree_deployment_get_osname', deployment)),
    checksum: present(call('ostree_deployment_get_csum', deployment)),
    serial: call('ostree_deployment_get_deployserial', deployment),
  });
}

export function readDeployment(deployment: Handle, surroundings: DeploymentSurroundings): Deployment {
  const { sysroot, sysrootPath, booted, commitFacts } = surroundings;
  const commit = checksum(present(call('ostree_deployment_get_csum', deployment)));
  const staged = call('ostree_deployment_is_staged', deployment) !== 0;
  const origin = call('ostree_deployment_get_origin', deployment);
  return {
    id: idOf(deployment),
    stateroot: stateroot(present(call('ostree_deployment_get_osname', deployment))),
    checksum: commit,
    serial: call('ostree_deployment_get_deployserial', deployment),
    bootChecksum: call('ostree_deployment_get_bootcsum', deployment) ?? '',
    booted: deployment === booted,
    staged,
    pinned: call('ostree_deployment_is_pinned', deployment) !== 0,
    unlocked: UNLOCKED[call('ostree_deployment_get_unlocked', deployment)] ?? 'none',
    finalizationLocked: staged && isLocked(deployment),
    origin: origin === null ? null : formatKeyFile(origin),
    kargs: kargsOf(deployment),
    path: join(sysrootPath, present(call('ostree_sysroot_get_deployment_dirpath', sysroot, deployment))),
    commit: commitFacts(commit),
  };
}

/** OstreeDeploymentUnlockedState. */
const UNLOCKED: readonly Deployment['unlocked'][] = ['none', 'development', 'hotfix', 'transient'];

export function kargsOf(deployment: Handle): string {
  const config = call('ostree_deployment_get_bootconfig', deployment);
  return config === null ? '' : (call('ostree_bootconfig_parser_get', config, 'options') ?? '');
}

function isLocked(staged: Handle): boolean {
  if (existsSync(STAGED_LOCK)) return true;
  return ostreeIsAtLeast(2023, 8) && call('ostree_deployment_is_finalization_locked', staged) !== 0;
}
