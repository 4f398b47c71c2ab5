// base.assemble: apt's newer packages unpacked and configured over the base, as a layer is, and made ready to be committed.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BaseUpgrade } from '../../model/facts.js';
import { kernelReleases, moveKernels } from '../../tree/kernel.js';
import { readPlainFile, refuseLinks } from '../../tree/plain-places.js';
import { SYSIMAGE } from '../../tree/state-layout.js';
import { upgradeNumber } from '../base-upgrades.js';
import { purgePackages } from '../sandbox/dpkg-run.js';
import { finishOverlay, refuseStrange, upgradeFiles } from '../sandbox/overlay-finish.js';
import { basePackages } from '../sandbox/resolver.js';
import { dropEmptyScratch, removeScratch, type ScratchLayout, scratchLayout } from '../sandbox/scratch.js';
import { treeSandbox } from '../sandbox/tree-sandbox.js';
import { upgradePaths } from '../state-paths.js';
import type { StepContext, StepHandler, StepResult } from '../step-handler.js';
import { assembleTree } from './tree-assemble.js';

export const baseAssemble: StepHandler<'base.assemble'> = {
  // mounts and memory died with the executor: what is left on disk is taken away and made anew
  probe: async () => null,
  perform: async ({ baseUpgrade }, context) =>
    baseUpgrade === null
      ? NOTHING
      : assemble(baseUpgrade, { ...context, paths: upgradePaths(context.paths) }).catch(refuseStrange),
  async undo(_facts, { paths }) {
    await removeScratch(scratchLayout(upgradePaths(paths)));
    dropEmptyScratch(scratchLayout(paths));
  },
};

const NOTHING: StepResult<'base.assemble'> = {
  gave: { baseScripts: [], baseFinished: { kernel: null, packages: [] } },
};

/** The one entry an initramfs of the machine does not change: that is a matter of its layer. */
const BASE_INITRAMFS = { regenerateInitramfs: false, initramfsArgs: [] };

async function assemble({ base, packages }: BaseUpgrade, context: StepContext): Promise<StepResult<'base.assemble'>> {
  const layout = scratchLayout(context.paths);
  const { timestampSeconds, metadata } = context.sysroot.repo().commitFacts(base);
  const baseScripts = await assembleTree({ base, packages }, context);
  await removeOldKernels(layout, timestampSeconds, context);
  const installed = basePackages(layout.root);
  const files = upgradeFiles(upgradeNumber(metadata) + 1);
  const parts = { packages, timestampSeconds, initramfs: BASE_INITRAMFS, files };
  const { kernel } = await finishOverlay(layout, parts, context);
  const list = installed.map(({ name, version, architecture }) => `${name} ${version} ${architecture}`);
  return { gave: { baseScripts, baseFinished: { kernel, packages: list.sort() } } };
}

/** Debian keeps the old kernel beside a new one; a tree boots exactly one, and the old deployment has the old one. */
async function removeOldKernels(layout: ScratchLayout, timestampSeconds: number, context: StepContext): Promise<void> {
  // scripts have just run in it
  refuseLinks(layout.root);
  const boot = join(layout.upper, 'boot');
  const fresh = (existsSync(boot) ? readdirSync(boot) : []).flatMap((name) => /^vmlinuz-(.+)$/.exec(name)?.[1] ?? []);
  const old = kernelReleases(layout.base).filter((release) => !fresh.includes(release));
  if (fresh.length === 0 || old.length === 0) return;
  const owners = old.flatMap((release) => ownersOf(`/boot/vmlinuz-${release}`, layout));
  if (owners.length > 0) await purgePackages(owners, treeSandbox(layout, context, timestampSeconds), context);
  for (const release of old) rmSync(join(layout.root, 'usr/lib/modules', release), { recursive: true, force: true });
  // a tree is judged by the kernel in OSTree's place
  moveKernels(layout.root);
}

/** Packages whose file lists name PATH. */
function ownersOf(path: string, { root }: ScratchLayout): readonly string[] {
  const info = join(root, SYSIMAGE, 'dpkg/info');
  const lists = readdirSync(info).filter((name) => name.endsWith('.list'));
  const owns = (name: string) => readPlainFile(join(info, name)).split('\n').includes(path);
  return lists.filter(owns).map((name) => name.slice(0, -'.list'.length));
}
