// Puts the tree together: an empty overlay over the base, the archives unpacked and configured in it by dpkg.

import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { Archive } from '../../apt/batches.js';
import { nativeArchitecture } from '../../apt/dpkg-status.js';
import type { Checksum } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { ScriptReport } from '../../model/facts.js';
import type { ResolvedPackage } from '../../model/package.js';
import { failureReason } from '../../system/process.js';
import { readPlainFile, refuseLinks, writePlainFile } from '../../tree/plain-places.js';
import { EXTENDED_STATES } from '../../tree/state-layout.js';
import { archiveFields } from '../sandbox/archive-fields.js';
import { baseTree } from '../sandbox/base-tree.js';
import type { Sandbox } from '../sandbox/bubblewrap.js';
import { installArchives } from '../sandbox/dpkg-run.js';
import { archiveFile } from '../sandbox/local-import.js';
import { basePackages } from '../sandbox/resolver.js';
import {
  isInMemory,
  isMemoryFull,
  mark,
  openScratch,
  removeScratch,
  type ScratchLayout,
  scratchLayout,
} from '../sandbox/scratch.js';
import { runOnTree, SANDBOX_ARCHIVES, treeSandbox } from '../sandbox/tree-sandbox.js';
import type { StepContext, StepHandler } from '../step-handler.js';

export const treeAssemble: StepHandler<'tree.assemble'> = {
  // mounts and memory died with the executor: what is left on disk is taken away and made anew
  probe: async () => null,
  perform: async (facts, context) => {
    const { target, resolution } = facts;
    if (!target.layered) return { gave: { scripts: [] } };
    return { gave: { scripts: await assembleTree({ base: target.base, packages: resolution.packages }, context) } };
  },
  undo: async (_facts, context) => removeScratch(scratchLayout(context.paths)),
};

export interface Assembly {
  readonly base: Checksum;
  readonly packages: readonly ResolvedPackage[];
}

/** In the scratch of the context: an overlay over the base, in which the packages are configured. In memory, where they fit. */
export async function assembleTree(assembly: Assembly, context: StepContext): Promise<readonly ScriptReport[]> {
  const layout = scratchLayout(context.paths);
  try {
    return await assemble(assembly, context, { onDisk: false });
  } catch (error) {
    const isFull = isMemoryFull(layout) || (error instanceof AptOstreeError && error.code === 'no-space');
    if (!isFull || !isInMemory(layout)) throw error;
    context.report({ type: 'message', text: 'The tree does not fit into memory; assembling it on disk' });
    return assemble(assembly, context, { onDisk: true });
  }
}

async function assemble(
  { base, packages }: Assembly,
  context: StepContext,
  { onDisk }: { readonly onDisk: boolean },
): Promise<readonly ScriptReport[]> {
  const layout = scratchLayout(context.paths);
  await removeScratch(layout);
  const installedBytes = packages.reduce((sum, each) => sum + each.installedBytes, 0);
  await openScratch(layout, { base: baseTree(base, context), installedBytes, onDisk });
  const { timestampSeconds } = context.sysroot.repo().commitFacts(base);
  const sandbox = treeSandbox(layout, context, timestampSeconds);
  await makeVar(sandbox, context);
  const archives = await readArchives(packages, context);
  const scripts = await installArchives(archives, sandbox, context);
  markAutomatic(layout, packages);
  mark(layout.assembled);
  return scripts;
}

/** /var as a machine with this base has it at its first boot: where packages look for each other's directories. */
async function makeVar(sandbox: Sandbox, { signal, childFds }: StepContext): Promise<void> {
  const command = ['/usr/bin/systemd-tmpfiles', '--create', '--prefix=/var'];
  const result = await runOnTree(sandbox, command, { signal, inheritFds: childFds });
  // 65 and 73: some line could not be made, as one that needs a user of the machine; the rest is there
  if (result.status !== 0 && result.status !== 65 && result.status !== 73)
    throw new AptOstreeError('invalid-tree', `cannot make the base tree's /var: ${failureReason(result)}`);
}

async function readArchives(packages: readonly ResolvedPackage[], context: StepContext): Promise<readonly Archive[]> {
  const archives: Archive[] = [];
  for (let next = 0; next < packages.length; next += AT_ONCE)
    archives.push(
      ...(await Promise.all(packages.slice(next, next + AT_ONCE).map((each) => readArchive(each, context)))),
    );
  return archives;
}

/** Programs that run side by side: most of their time goes into starting them. */
const AT_ONCE = 2 * availableParallelism();

async function readArchive({ name, architecture, sha256 }: ResolvedPackage, context: StepContext): Promise<Archive> {
  const { depends, preDepends, provides } = await archiveFields(archiveFile(sha256, context), name, context);
  return { name, architecture, file: `${SANDBOX_ARCHIVES}/${sha256}.deb`, depends, preDepends, provides };
}

/** apt's record of what nobody asked for by name, as apt itself would have written it: `all` counts as the tree's own. */
function markAutomatic({ root, base }: ScratchLayout, packages: readonly ResolvedPackage[]): void {
  const automatic = packages.filter((each) => each.automatic);
  if (automatic.length === 0) return;
  const native = nativeArchitecture(basePackages(base)) ?? 'all';
  const stanzas = automatic.map(({ name, architecture }) => {
    const shown = architecture === 'all' ? native : architecture;
    return `Package: ${name}\nArchitecture: ${shown}\nAuto-Installed: 1\n\n`;
  });
  const file = join(root, EXTENDED_STATES);
  refuseLinks(root);
  mkdirSync(dirname(file), { recursive: true });
  writePlainFile(file, readPlainFile(file) + stanzas.join(''));
}
