// Unpacking and configuring a large package: in our assembly, and with plain dpkg in a chroot.

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArchiveFields } from '../src/apt/archive-fields.js';
import { type Archive, batchArchives } from '../src/apt/batches.js';
import { archiveFile } from '../src/executor/sandbox/local-import.js';
import { withChroot } from './chroot.js';
import { type Figure, figure } from './figure.js';
import { LayerSteps } from './layer-steps.js';
import { LARGE_PACKAGE, preparedSysroot, sysrootOn } from './layered-sysroot.js';
import { shell } from './shell.js';
import { ratios } from './statistics.js';

const ROUNDS = 5;

/**
 * Ours: the whole step `tree.assemble`, with making its overlay and its sandbox. Plain: nothing but dpkg's runs, without
 * --force-unsafe-io, in a chroot on the same kind of filesystem; the same archives in the same batches.
 */
export async function dpkgPhase(): Promise<readonly Figure[]> {
  const ours: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await assembled());
    plain.push(await plainChroot());
  }
  return [
    figure({ name: `dpkg phase of ${LARGE_PACKAGE}`, unit: 'ms', samples: ours }),
    figure({ name: `dpkg phase of ${LARGE_PACKAGE}, plain chroot`, unit: 'ms', samples: plain }),
    figure({ name: 'dpkg phase / plain chroot', unit: 'ratio', samples: ratios(ours, plain), target: 0.6 }),
  ];
}

async function assembled(): Promise<number> {
  using filesystem = (await preparedSysroot()).copy();
  using steps = await resolved(sysrootOn(filesystem));
  shell('sync');
  const milliseconds = await steps.perform('tree.assemble');
  await steps.undo('tree.assemble');
  return milliseconds;
}

async function plainChroot(): Promise<number> {
  using filesystem = (await preparedSysroot()).copy();
  using steps = await resolved(sysrootOn(filesystem));
  const batches = batchArchives(await archives(steps));
  const tree = copiedTree(steps, join(filesystem.path, 'chroot'));
  let milliseconds = Number.NaN;
  withChroot({ tree, binds: { [ARCHIVES]: steps.context.paths.archives }, inMemory: ['run'] }, (run) => {
    shell('sync');
    const startedAtMs = performance.now();
    for (const [index, batch] of batches.entries()) {
      run('dpkg', '--no-triggers', '--unpack', ...batch.map((each) => each.file));
      const isLast = index === batches.length - 1;
      run(
        'dpkg',
        ...(isLast ? ['--configure', '-a'] : ['--no-triggers', '--configure', ...batch.map(({ name }) => name)]),
      );
    }
    milliseconds = performance.now() - startedAtMs;
  });
  return milliseconds;
}

const ARCHIVES = 'run/archives';

async function resolved(sysroot: string): Promise<LayerSteps> {
  const steps = new LayerSteps(sysroot, LARGE_PACKAGE);
  await steps.perform('packages.resolve');
  await steps.perform('packages.fetch');
  return steps;
}

async function archives({ context, facts }: LayerSteps): Promise<readonly Archive[]> {
  const found: Archive[] = [];
  for (const { name, sha256, architecture } of facts.resolution?.packages ?? []) {
    const fields = await readArchiveFields(archiveFile(sha256, context), name, {
      signal: context.signal,
      scratch: '/tmp',
    });
    found.push({ ...fields, name, architecture, file: `/${ARCHIVES}/${sha256}.deb` });
  }
  return found;
}

/** Files of its own, not links to objects, as a chroot that scripts may write to has to have. */
function copiedTree({ context, facts }: LayerSteps, tree: string): string {
  const base = facts.target?.base ?? '';
  shell('ostree', 'checkout', `--repo=${context.paths.repo}`, '--force-copy', base, tree);
  renameSync(join(tree, 'usr/etc'), join(tree, 'etc'));
  // services are not started, there as here
  writeFileSync(join(tree, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return tree;
}
