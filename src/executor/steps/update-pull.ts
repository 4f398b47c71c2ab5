// update.pull: the newest commit of the branch that the base follows, or shall follow from now on. What is pulled stays for the
// next try, as packages do that were fetched.

import { baseOf, type Checksum, type Deployment } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { BaseUpdate } from '../../model/facts.js';
import { isLayered, type Origin, parseOrigin } from '../../model/origin.js';
import { packageChanges } from '../../model/package-list.js';
import { isCommit, parseRefspec } from '../../model/refspec.js';
import type { RebaseRequest, UpgradeRequest } from '../../model/request.js';
import { BRANCH_COMMIT_KEY } from '../base-upgrades.js';
import { originDeployment } from '../sandbox/origin-base.js';
import type { StepContext, StepHandler, StepResult } from '../step-handler.js';
import { unchangedText } from '../unchanged-text.js';

type Result = StepResult<'update.pull'>;

export const updatePull: StepHandler<'update.pull'> = {
  async probe() {
    return null;
  },
  async perform(_facts, context) {
    const request = updateRequest(context);
    const before = originDeployment(context);
    const origin = parseOrigin(before.origin ?? '');
    const refspec = request.kind === 'rebase' ? request.refspec : origin.refspec;
    if (isCommit(refspec)) return pinned(refspec, context);
    pull(refspec, request, context);
    const checksum = start(refspec, baseOf(before), context);
    if (request.kind === 'upgrade' && !request.allowDowngrade) refuseOlder(checksum, baseOf(before), context);
    const result = resultOf({ refspec, checksum, before }, context);
    const isRenewed = parseRefspec(refspec).remote !== null;
    return isRenewed && isNothingNew({ request, origin, update: result.gave.update })
      ? { ...result, unchanged: unchangedText(request) }
      : result;
  },
  async undo() {},
};

function updateRequest({ request }: StepContext): UpgradeRequest | RebaseRequest {
  if (request.kind === 'upgrade' || request.kind === 'rebase') return request;
  throw new AptOstreeError('internal', `internal error: ${request.kind} follows no branch`);
}

function pinned(refspec: string, { sysroot }: StepContext): Result {
  const checksum = refspec as Checksum;
  const { version } = sysroot.repo().commitFacts(checksum);
  const gave = { revision: { checksum, version, refspec }, update: null };
  return { gave, unchanged: 'Pinned to commit; no upgrade available' };
}

function pull(refspec: string, request: UpgradeRequest | RebaseRequest, { sysroot, report }: StepContext): void {
  const { remote, ref } = parseRefspec(refspec);
  if (remote === null || request.cacheOnly) return;
  const verb = request.kind === 'rebase' ? 'Rebasing to' : 'Updating from';
  report({ type: 'message', text: `${verb}: ${refspec}` });
  const commitsOnly = request.kind === 'upgrade' && request.check;
  sysroot.repo().pull({ remote, refs: [ref], commitsOnly });
}

/** The newest commit of the branch; the present base where that was made of it here, or where nobody keeps the branch. */
function start(refspec: string, present: Checksum, context: StepContext): Checksum {
  const { sysroot, request } = context;
  const isOurs = parseRefspec(refspec).remote === null;
  if (isOurs && request.kind === 'upgrade' && sysroot.repo().resolve(refspec) === null) return present;
  const tip = newest(refspec, context);
  return isOurs && isMadeOf(present, tip, context) ? present : tip;
}

/** @throws no-such-revision */
function newest(refspec: string, { sysroot, request }: StepContext): Checksum {
  const repo = sysroot.repo();
  const checksum = repo.resolve(refspec);
  const isWanted = (commit: Checksum) => repo.hasCommit(commit) || (request.kind === 'upgrade' && request.check);
  if (checksum !== null && isWanted(checksum)) return checksum;
  const why = checksum === null ? 'there is no such branch here' : `its commit ${checksum} has not been downloaded`;
  throw new AptOstreeError('no-such-revision', `cannot ${request.kind} to ${refspec}: ${why}`);
}

/** Whether the present base is an upgrade, made here, of what its branch has. */
function isMadeOf(base: Checksum, tip: Checksum, { sysroot }: StepContext): boolean {
  return sysroot.repo().commitFacts(base).metadata[BRANCH_COMMIT_KEY] === tip;
}

function refuseOlder(target: Checksum, present: Checksum, { sysroot }: StepContext): void {
  const [there, here] = [target, present].map((each) => sysroot.repo().commitFacts(each).timestampSeconds);
  if (there === undefined || here === undefined || there >= here) return;
  throw new AptOstreeError(
    'wrong-state',
    `cannot upgrade to ${target} of ${shown(there)}: it is chronologically older than the present base of ${shown(here)}; ` +
      'use --allow-downgrade',
  );
}

function shown(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}

interface Found {
  readonly refspec: string;
  readonly checksum: Checksum;
  readonly before: Deployment;
}

function resultOf({ refspec, checksum, before }: Found, { sysroot }: StepContext): Result {
  const repo = sysroot.repo();
  const { version, timestampSeconds, metadata } = repo.commitFacts(checksum);
  const present = baseOf(before);
  const packages = packageChanges(repo.commitFacts(present).metadata, metadata);
  const update = checksum === present ? null : { checksum, version, timestampSeconds, packages };
  return { gave: { revision: { checksum, version, refspec }, update } };
}

/** Layered packages may have something new where the base has not. */
function isNothingNew(of: {
  readonly request: UpgradeRequest | RebaseRequest;
  readonly origin: Origin;
  readonly update: BaseUpdate | null;
}): boolean {
  const { request, origin, update } = of;
  return request.kind === 'upgrade' && update === null && origin.overrideCommit === null && !isLayered(origin);
}
