// Brings the archives of a resolution into the cache; after this step nothing needs the network.

import { existsSync, statSync } from 'node:fs';
import { type Checksum, checksum } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { Facts } from '../../model/facts.js';
import type { ResolvedPackage } from '../../model/package.js';
import { removeAptView, withAptView } from '../sandbox/apt-view.js';
import { baseTree } from '../sandbox/base-tree.js';
import { bootPayloadBytes, refuseFullDisk } from '../sandbox/disk-space.js';
import { downloadArchives, type RemotePackage } from '../sandbox/fetcher.js';
import { archiveFile } from '../sandbox/local-import.js';
import type { StepContext, StepHandler } from '../step-handler.js';

export const packagesFetch: StepHandler<'packages.fetch'> = {
  probe: async () => null,
  perform: async ({ resolution }, context) => ({
    gave: { fetched: await fetchArchives({ base: checksum(resolution.base), packages: resolution.packages }, context) },
  }),
  // archives are kept: they are named by their content, and the next try needs them
  undo: async (_facts, context) => removeAptView(context),
};

export interface WantedArchives {
  /** Tree that they are unpacked over, and whose apt fetches them. */
  readonly base: Checksum;
  readonly packages: readonly ResolvedPackage[];
}

/** @throws fetch-failed, archive-invalid, no-space */
export async function fetchArchives(
  { base, packages }: WantedArchives,
  context: StepContext,
): Promise<Facts['fetched']> {
  const missing = packages.filter((each) => !isCached(each, context));
  const remote = missing.filter(hasAddress);
  refuseMissing(missing, context);
  const downloadBytes = sum(missing.map((each) => each.sizeBytes));
  const installedBytes = sum(packages.map((each) => each.installedBytes));
  const bootBytes = needsBootFiles(base, context) ? bootPayloadBytes(baseTree(base, context)) : 0;
  refuseFullDisk(context.paths.sysroot, { downloadBytes, installedBytes, bootBytes });
  if (remote.length > 0) await withAptView(base, context, (view) => downloadArchives(remote, view, context));
  return { downloadedBytes: downloadBytes, files: remote.length };
}

function isCached({ sha256, sizeBytes }: ResolvedPackage, context: StepContext): boolean {
  return statSync(archiveFile(sha256, context), { throwIfNoEntry: false })?.size === sizeBytes;
}

function hasAddress(each: ResolvedPackage): each is RemotePackage {
  return each.uri !== null;
}

function refuseMissing(missing: readonly ResolvedPackage[], { request }: StepContext): void {
  const lost = missing.filter((each) => !hasAddress(each));
  if (lost.length > 0)
    throw new AptOstreeError('fetch-failed', `cannot fetch local packages ${names(lost)}: install the files again`);
  const cacheOnly = 'cacheOnly' in request && request.cacheOnly;
  if (cacheOnly && missing.length > 0)
    throw new AptOstreeError('fetch-failed', `cannot use only the cache: it lacks ${names(missing)}`);
}

/** Deployments share kernel and initramfs by content: only a base that no deployment has brings new ones. */
function needsBootFiles(base: string, { sysroot, paths }: StepContext): boolean {
  if (!existsSync(`${paths.sysroot}/boot`)) return false;
  return !sysroot
    .deployments()
    .some((each) => each.checksum === base || each.commit.metadata['apt-ostree.base-checksum'] === base);
}

function names(packages: readonly ResolvedPackage[]): string {
  return packages.map((each) => `${each.name} ${each.version}`).join(', ');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
