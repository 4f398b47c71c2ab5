// Every step and the code that does it: the list to read first.

import type { StepHandlers } from './step-handler.js';
import { baseAssemble } from './steps/base-assemble.js';
import { baseCommit } from './steps/base-commit.js';
import { baseFetch } from './steps/base-fetch.js';
import { baseResolve } from './steps/base-resolve.js';
import { deploymentWrite } from './steps/deployment-write.js';
import { deploymentsChoose } from './steps/deployments-choose.js';
import { deploymentsRemove } from './steps/deployments-remove.js';
import { deploymentsReorder } from './steps/deployments-reorder.js';
import { finalizationChoose } from './steps/finalization-choose.js';
import { finalizationUnlock } from './steps/finalization-unlock.js';
import { impactEstimate } from './steps/impact-estimate.js';
import { kargsResolve } from './steps/kargs-resolve.js';
import { metadataClear } from './steps/metadata-clear.js';
import { metadataRefresh } from './steps/metadata-refresh.js';
import { orderChoose } from './steps/order-choose.js';
import { packagesFetch } from './steps/packages-fetch.js';
import { packagesResolve } from './steps/packages-resolve.js';
import { pinChoose } from './steps/pin-choose.js';
import { pinWrite } from './steps/pin-write.js';
import { repoPrune } from './steps/repo-prune.js';
import { revisionResolve } from './steps/revision-resolve.js';
import { treeAssemble } from './steps/tree-assemble.js';
import { treeCommit } from './steps/tree-commit.js';
import { treeFinish } from './steps/tree-finish.js';
import { updatePull } from './steps/update-pull.js';

export const STEP_HANDLERS: StepHandlers = {
  'revision.resolve': revisionResolve,
  'update.pull': updatePull,
  'metadata.refresh': metadataRefresh,
  'base.resolve': baseResolve,
  'base.fetch': baseFetch,
  'base.assemble': baseAssemble,
  'base.commit': baseCommit,
  'packages.resolve': packagesResolve,
  'packages.fetch': packagesFetch,
  'impact.estimate': impactEstimate,
  'tree.assemble': treeAssemble,
  'tree.finish': treeFinish,
  'tree.commit': treeCommit,
  'deployment.write': deploymentWrite,
  'order.choose': orderChoose,
  'deployments.reorder': deploymentsReorder,
  'deployments.choose': deploymentsChoose,
  'deployments.remove': deploymentsRemove,
  'kargs.resolve': kargsResolve,
  'finalization.choose': finalizationChoose,
  'finalization.unlock': finalizationUnlock,
  'pin.choose': pinChoose,
  'pin.write': pinWrite,
  'repo.prune': repoPrune,
  'metadata.clear': metadataClear,
};
