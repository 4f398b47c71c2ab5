// Freezes what the new deployment shall be: base, origin, and the archives that apt needs for the whole list of requests.

import { existsSync } from 'node:fs';
import { fullName, type InstalledPackage, providerOf } from '../../apt/dpkg-status.js';
import { planHash } from '../../apt/plan-hash.js';
import { changeList, type RequestList } from '../../apt/request-list.js';
import { type Checksum, configMerge } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { Facts, Target } from '../../model/facts.js';
import { ownKernelArguments } from '../../model/kernel-arguments.js';
import { formatOrigin, type Origin, parseOrigin } from '../../model/origin.js';
import { type LocalPackage, parseLocal, type Resolution } from '../../model/package.js';
import type { PackageRequest } from '../../model/request.js';
import { removeAptView, withAptView } from '../sandbox/apt-view.js';
import { archiveFile, importLocal } from '../sandbox/local-import.js';
import { baseOf, originDeployment } from '../sandbox/origin-base.js';
import { basePackages, resolvePackages } from '../sandbox/resolver.js';
import type { FactsFor, StepContext, StepHandler, StepResult } from '../step-handler.js';
import { unchangedText } from '../unchanged-text.js';

export const packagesResolve: StepHandler<'packages.resolve'> = {
  probe: async () => null,
  perform: resolve,
  undo: async (_facts, context) => removeAptView(context),
};

interface Plan {
  readonly base: Checksum;
  readonly origin: Origin;
  readonly list: RequestList;
}

async function resolve(
  { revision, baseUpgrade = null }: FactsFor<'packages.resolve'>,
  context: StepContext,
): Promise<StepResult<'packages.resolve'>> {
  const before = originDeployment(context);
  const origin = parseOrigin(before.origin ?? '');
  const base = revision?.checksum ?? baseOf(before);
  refuseSameInitramfs(origin, context);
  if (!context.sysroot.repo().hasCommit(base)) return withoutBase(base, { origin, revision, context });
  const local = await importAll(context);
  return withAptView(base, context, async (view) => {
    const installed = basePackages(view.tree);
    const list = nextList(origin, { request: context.request, local, installed });
    const plan = { base, list, origin: nextOrigin(origin, list, { revision, context }) };
    const inactive = inactiveRequests(list, installed);
    if (isRepetition(origin, list, context))
      return { ...resultOf(plan, freeze(plan, [], inactive), context), unchanged: unchangedText(context.request) };
    const active = list.requested.filter((each) => !inactive.some((other) => other.request === each));
    const wanted = { names: active, local: localPackages(list, context), base: installed };
    const packages = await resolvePackages(wanted, view, context);
    const resolution = freeze(plan, packages, inactive);
    refuseOtherPlan(resolution, context);
    const result = resultOf(plan, resolution, context);
    // what there is for the base is no less an update
    return isCheck(context) && baseUpgrade !== null ? { gave: result.gave } : result;
  });
}

/** A check has not downloaded the base it found: that there is one is all it tells. */
function withoutBase(
  base: Checksum,
  { origin, revision, context }: { readonly origin: Origin } & Parameters<typeof nextOrigin>[2],
): StepResult<'packages.resolve'> {
  if (!isCheck(context))
    throw new AptOstreeError('no-such-revision', `cannot use the base ${base}: its commit is not in the repo`);
  const plan = { base, list: origin, origin: nextOrigin(origin, origin, { revision, context }) };
  return resultOf(plan, freeze(plan, [], []), context);
}

function isCheck({ request }: StepContext): boolean {
  return request.kind === 'upgrade' && request.check;
}

async function importAll(context: StepContext): Promise<readonly LocalPackage[]> {
  const { request } = context;
  if (!isPackageRequest(request)) return [];
  const imported: LocalPackage[] = [];
  for (const path of request.local) imported.push(await importLocal(path, context));
  return imported;
}

function isPackageRequest(request: StepContext['request']): request is PackageRequest {
  return request.kind === 'install' || request.kind === 'uninstall';
}

/** An idempotent request that asks for nothing new does nothing, whatever the indexes offer by now. */
function isRepetition(before: RequestList, after: RequestList, { request }: StepContext): boolean {
  if (!isPackageRequest(request) || !request.idempotent) return false;
  return isEqual(before.requested, after.requested) && isEqual(before.requestedLocal, after.requestedLocal);
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

interface ListInput {
  readonly request: StepContext['request'];
  readonly local: readonly LocalPackage[];
  readonly installed: readonly InstalledPackage[];
}

function nextList(current: RequestList, { request, local, installed }: ListInput): RequestList {
  if (!isPackageRequest(request)) return current;
  return changeList({ current, request, local, base: installed });
}

/** A chosen revision pins the base to it, the newest of a branch does not. */
function nextOrigin(
  origin: Origin,
  list: RequestList,
  { revision, context }: { readonly revision: Facts['revision'] | undefined; readonly context: StepContext },
): Origin {
  const { requested, requestedLocal } = list;
  const isChosen = context.request.kind === 'deploy';
  const pinned =
    revision === undefined ? {} : { refspec: revision.refspec, overrideCommit: isChosen ? revision.checksum : null };
  return { ...origin, ...pinned, ...initramfsOf(context), requested, requestedLocal, transaction: context.transaction };
}

function initramfsOf({ request }: StepContext): Partial<Origin> {
  if (request.kind !== 'initramfs') return {};
  return { regenerateInitramfs: request.regenerate, initramfsArgs: request.args };
}

function refuseSameInitramfs({ regenerateInitramfs, initramfsArgs }: Origin, { request }: StepContext): void {
  if (request.kind !== 'initramfs') return;
  if (request.regenerate !== regenerateInitramfs || !isEqual(request.args, initramfsArgs)) return;
  throw new AptOstreeError(
    'wrong-state',
    `cannot change the initramfs: its regeneration is already ${regenerateInitramfs ? 'enabled' : 'disabled'}`,
  );
}

function inactiveRequests(list: RequestList, installed: readonly InstalledPackage[]): Resolution['inactive'] {
  return list.requested.flatMap((request) => {
    const provider = providerOf(request, installed);
    return provider === null ? [] : [{ request, provider: fullName(provider) }];
  });
}

/** @throws archive-invalid when the cache lost an archive that no index has */
function localPackages(list: RequestList, context: StepContext): readonly LocalPackage[] {
  const local = list.requestedLocal.map(parseLocal);
  const lost = local.filter((each) => !existsSync(archiveFile(each.sha256, context)));
  if (lost.length > 0)
    throw new AptOstreeError(
      'archive-invalid',
      `cannot find the local packages ${lost.map(fullName).join(', ')}: not in the archive cache; install the files again`,
    );
  return local;
}

function freeze(
  { base, list, origin }: Plan,
  packages: Resolution['packages'],
  inactive: Resolution['inactive'],
): Resolution {
  const archives = packages.map((each) => each.sha256);
  const initramfs = origin.regenerateInitramfs ? origin.initramfsArgs : null;
  return { base, packages, inactive, planHash: planHash({ base, ...list, archives, initramfs }) };
}

function refuseOtherPlan(resolution: Resolution, { request }: StepContext): void {
  if (!isPackageRequest(request) || request.plan === null || request.plan === resolution.planHash) return;
  throw new AptOstreeError(
    'plan-changed',
    `cannot apply plan ${request.plan}: indexes or base have changed since; the plan is now ${resolution.planHash}`,
  );
}

function resultOf(plan: Plan, resolution: Resolution, context: StepContext): StepResult<'packages.resolve'> {
  const { sysroot, request } = context;
  const target: Target = {
    stateroot: request.stateroot,
    base: plan.base,
    origin: formatOrigin(plan.origin),
    merge: configMerge(sysroot.deployments(), request.stateroot)?.id ?? null,
    kargs: ownKernelArguments(originDeployment(context).kargs),
    layered: changesTree(plan, resolution),
  };
  const gave = { target, resolution };
  return isUnchanged(plan, resolution, context) ? { gave, unchanged: unchangedText(request) } : { gave };
}

function changesTree({ origin }: Plan, { packages }: Resolution): boolean {
  return packages.length > 0 || origin.regenerateInitramfs;
}

/** Whether the deployment that is there, booted or pending, is what would come out. */
function isUnchanged(plan: Plan, resolution: Resolution, context: StepContext): boolean {
  const { origin, base } = plan;
  const before = originDeployment(context);
  const sameOrigin = originWithoutTransaction(before.origin ?? '') === originWithoutTransaction(formatOrigin(origin));
  const sameTree = changesTree(plan, resolution)
    ? before.commit.metadata['apt-ostree.plan-hash'] === resolution.planHash
    : before.checksum === base;
  return sameOrigin && sameTree;
}

function originWithoutTransaction(text: string): string {
  return formatOrigin({ ...parseOrigin(text), transaction: null });
}
