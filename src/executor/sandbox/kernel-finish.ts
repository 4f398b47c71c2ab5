// Kernel, module indexes and initramfs of a layer: made anew only when something they are made of came with it.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';
import { failureReason } from '../../system/process.js';
import { dracutArguments, INITRAMFS_ENVIRONMENT, keptInitramfsArguments } from '../../tree/initramfs.js';
import { kernelReleases, moveKernels } from '../../tree/kernel.js';
import type { StepContext } from '../step-handler.js';
import type { Sandbox } from './bubblewrap.js';
import type { ScratchLayout } from './scratch.js';
import { runOnTree } from './tree-sandbox.js';

/** What dracut reads besides modules, below the upper directory. */
const INITRAMFS_INPUTS = [
  'usr/lib/dracut',
  'usr/etc/dracut.conf',
  'usr/etc/dracut.conf.d',
  'usr/lib/ostree',
  'usr/etc/crypttab',
];

/** Release of the kernel whose files were made anew, or null. @throws invalid-tree */
export async function finishKernel(layout: ScratchLayout, context: StepContext): Promise<string | null> {
  moveKernels(layout.root);
  const releases = kernelReleases(layout.root);
  const touched = touchedReleases(layout);
  if (releases.length > 1)
    throw new AptOstreeError(
      'invalid-tree',
      `cannot layer another kernel: the tree would have ${releases.join(' and ')}, and must have one`,
    );
  const [release] = releases;
  const inputs = INITRAMFS_INPUTS.some((path) => existsSync(join(layout.upper, path)));
  if (release === undefined || !(touched.includes(release) || inputs)) return null;
  if (touched.includes(release)) await makeModuleIndexes(release, layout, context);
  await makeInitramfs(release, layout, context);
  return release;
}

function touchedReleases({ upper }: ScratchLayout): readonly string[] {
  const modules = join(upper, 'usr/lib/modules');
  return existsSync(modules) ? readdirSync(modules) : [];
}

async function makeModuleIndexes(release: string, { root }: ScratchLayout, context: StepContext): Promise<void> {
  await runTool(['/usr/sbin/depmod', '-a', release], { root, task: 'index kernel modules', context });
}

async function makeInitramfs(release: string, { root }: ScratchLayout, context: StepContext): Promise<void> {
  if (!existsSync(join(root, 'usr/bin/dracut')))
    throw new AptOstreeError(
      'invalid-tree',
      'cannot make the initramfs that the packages need: the base has no dracut',
    );
  context.report({ type: 'task-begin', text: 'Building initramfs' });
  const zstd = existsSync(join(root, 'usr/bin/zstd'));
  const args = dracutArguments({ release, zstd, extra: keptInitramfsArguments(root) });
  await runTool(['/usr/bin/dracut', ...args], { root, task: 'build the initramfs', context });
  context.report({ type: 'task-end', text: 'Building initramfs' });
}

/** A package may have put its own program in the tool's place: it gets what a script gets, and the nodes of an initramfs. */
async function runTool(
  command: readonly string[],
  of: { readonly root: string; readonly task: string; readonly context: StepContext },
): Promise<void> {
  const { root, task, context } = of;
  const sandbox: Sandbox = {
    root,
    writable: true,
    network: false,
    // every mount of the sandbox is `nodev`: a node made in it opens nothing
    capabilities: ['CAP_MKNOD'],
    binds: [{ source: join(root, 'usr/etc'), target: '/etc', writable: false }],
    env: INITRAMFS_ENVIRONMENT,
  };
  const { signal, childFds } = context;
  const result = await runOnTree(sandbox, command, { signal, inheritFds: childFds });
  if (result.status !== 0) throw new AptOstreeError('command-failed', `cannot ${task}: ${failureReason(result)}`);
}
