// Kernel, module indexes and initramfs of a layer: made anew only when something they are made of came with it.

import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';
import type { Origin } from '../../model/origin.js';
import { failureReason } from '../../system/process.js';
import { dracutArguments, INITRAMFS_ENVIRONMENT, keptInitramfsArguments } from '../../tree/initramfs.js';
import { kernelReleases, moveKernels } from '../../tree/kernel.js';
import type { StepContext } from '../step-handler.js';
import { liveDeployment } from './apt-view.js';
import type { Sandbox } from './bubblewrap.js';
import { bindReadOnly, mountOverlay, unmountBelow } from './mounts.js';
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

/** What the origin asks for. */
type Wanted = Pick<Origin, 'regenerateInitramfs' | 'initramfsArgs'>;

/** Release of the kernel whose files were made anew, or null. @throws invalid-tree */
export async function finishKernel(
  layout: ScratchLayout,
  wanted: Wanted,
  context: StepContext,
): Promise<string | null> {
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
  const isDue = inputs || wanted.regenerateInitramfs;
  if (release === undefined || !(touched.includes(release) || isDue)) return null;
  if (touched.includes(release)) await makeModuleIndexes(release, layout, context);
  if (wanted.regenerateInitramfs)
    await withMachineEtc(layout, context, (etc) =>
      makeInitramfs(layout, { release, args: wanted.initramfsArgs, etc }, context),
    );
  else await makeInitramfs(layout, { release, args: [] }, context);
  return release;
}

/** An initramfs of this machine is made of its own /etc, where that has nothing of the tree's. */
async function withMachineEtc(
  { directory }: ScratchLayout,
  context: StepContext,
  body: (etc: string) => Promise<void>,
): Promise<void> {
  const [live, etc] = [join(directory, 'live-etc'), join(directory, 'machine-etc')];
  for (const each of [live, etc]) mkdirSync(each, { recursive: true });
  try {
    await bindReadOnly(join(liveDeployment(context), 'etc'), live);
    await mountOverlay({ within: directory, lower: ['live-etc', 'root/usr/etc'], upper: null, target: 'machine-etc' });
    await body(etc);
  } finally {
    // the tree below cannot be taken apart while something is made of it
    for (const each of [etc, live]) {
      await unmountBelow(each);
      rmdirSync(each);
    }
  }
}

function touchedReleases({ upper }: ScratchLayout): readonly string[] {
  const modules = join(upper, 'usr/lib/modules');
  return existsSync(modules) ? readdirSync(modules) : [];
}

async function makeModuleIndexes(release: string, { root }: ScratchLayout, context: StepContext): Promise<void> {
  await runTool(['/usr/sbin/depmod', '-a', release], { root, task: 'index kernel modules', context });
}

interface InitramfsPlan {
  readonly release: string;
  /** After those of the tree, so that they win. */
  readonly args: readonly string[];
  readonly etc?: string;
}

async function makeInitramfs(
  { root }: ScratchLayout,
  { release, args, ...where }: InitramfsPlan,
  context: StepContext,
): Promise<void> {
  if (!existsSync(join(root, 'usr/bin/dracut')))
    throw new AptOstreeError('invalid-tree', 'cannot make an initramfs: the base has no dracut');
  context.report({ type: 'task-begin', text: 'Building initramfs' });
  const zstd = existsSync(join(root, 'usr/bin/zstd'));
  const all = dracutArguments({ release, zstd, extra: [...keptInitramfsArguments(root), ...args] });
  await runTool(['/usr/bin/dracut', ...all], { root, ...where, task: 'build the initramfs', context });
  context.report({ type: 'task-end', text: 'Building initramfs' });
}

/** A package may have put its own program in the tool's place: it gets what a script gets, and the nodes of an initramfs. */
async function runTool(
  command: readonly string[],
  of: {
    readonly root: string;
    /** What it sees as /etc; the tree's own where none is given. */
    readonly etc?: string;
    readonly task: string;
    readonly context: StepContext;
  },
): Promise<void> {
  const { root, etc = join(root, 'usr/etc'), task, context } = of;
  const sandbox: Sandbox = {
    root,
    writable: true,
    network: false,
    // every mount of the sandbox is `nodev`: a node made in it opens nothing
    capabilities: ['CAP_MKNOD'],
    binds: [{ source: etc, target: '/etc', writable: false }],
    env: INITRAMFS_ENVIRONMENT,
  };
  const { signal, childFds } = context;
  const result = await runOnTree(sandbox, command, { signal, inheritFds: childFds });
  if (result.status !== 0) throw new AptOstreeError('command-failed', `cannot ${task}: ${failureReason(result)}`);
}
