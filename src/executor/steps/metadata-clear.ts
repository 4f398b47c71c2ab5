// Removes package indexes and archives; what a local package's origin still needs is kept.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseOrigin } from '../../model/origin.js';
import { parseLocal } from '../../model/package.js';
import type { StepContext, StepHandler } from '../step-handler.js';

export const metadataClear: StepHandler<'metadata.clear'> = {
  probe: async () => null,
  perform: async (_facts, context) => {
    const { paths } = context;
    clear(paths.aptLists, () => false);
    clear(paths.aptCache, () => false);
    const needed = localArchives(context);
    clear(paths.archives, (name) => needed.has(name));
    rmSync(join(dirname(paths.aptLists), 'apt-ostree-refreshed'), { force: true });
    return { gave: {} };
  },
  // a cache that is gone is fetched again when it is needed: there is nothing to take back
  undo: async () => {},
};

/** No index has these: without their file a deployment that asks for them could never be made again. */
function localArchives({ sysroot }: StepContext): ReadonlySet<string> {
  const origins = sysroot.deployments().flatMap((each) => (each.origin === null ? [] : [parseOrigin(each.origin)]));
  return new Set(origins.flatMap((each) => each.requestedLocal.map((text) => `${parseLocal(text).sha256}.deb`)));
}

function clear(directory: string, keeps: (name: string) => boolean): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory))
    if (!keeps(name)) rmSync(join(directory, name), { recursive: true, force: true });
}
