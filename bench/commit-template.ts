// A repo with a base commit of a given number of files, and the upper directory that an installation of htop left.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../src/model/deployment.js';
import { Repo } from '../src/native/repo.js';
import { baseRepo } from '../tests/machine/base.js';
import { Template } from './filesystem.js';
import { LayerSteps } from './layer-steps.js';
import { preparedSysroot, SMALL_PACKAGE, sysrootOn } from './layered-sysroot.js';
import { shell } from './shell.js';

export const BASE_REF = 'bench/base';

/** Paths on a copy of the template. */
export function commitPlace(path: string) {
  return { repo: join(path, 'repo'), upper: join(path, 'upper'), checkout: join(path, 'checkout') };
}

/** @param extraFiles files added to the base, in directories of 200 */
export function commitTemplate(extraFiles: number): Promise<Template> {
  return Template.make(async (path) => {
    const place = commitPlace(path);
    const { path: from, ref } = await baseRepo();
    using repo = Repo.create(place.repo, 'bare');
    repo.pullLocal({ from, refs: [ref] });
    const base = repo.resolve(ref);
    if (base === null) throw new Error(`${ref} was not pulled`);
    repo.setRef(BASE_REF, extraFiles === 0 ? base : enlarge(repo, { base, directory: join(path, 'more'), extraFiles }));
    await copyUpper(place.upper);
  });
}

function enlarge(
  repo: Repo,
  { base, directory, extraFiles }: { readonly base: Checksum; readonly directory: string; readonly extraFiles: number },
): Checksum {
  for (let index = 0; index < extraFiles; index += 1) {
    const parent = join(directory, 'usr/share/bench', String(Math.floor(index / 200)));
    if (index % 200 === 0) mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, String(index)), `file ${index}\n`.repeat(40));
  }
  const { checksum } = repo.commitLayer({
    ...{ base, upper: directory, consume: true, ref: null, parent: null, subject: 'bench', metadata: {} },
    timestampSeconds: 0,
  });
  return checksum;
}

/** The real one, with its whiteouts and attributes. */
async function copyUpper(to: string): Promise<void> {
  using filesystem = (await preparedSysroot()).copy();
  using steps = new LayerSteps(sysrootOn(filesystem), SMALL_PACKAGE);
  for (const kind of ['packages.resolve', 'packages.fetch', 'tree.assemble', 'tree.finish'] as const)
    await steps.perform(kind);
  shell('cp', '--archive', join(steps.context.paths.scratch, 'upper'), to);
  await steps.undo('tree.finish');
}
