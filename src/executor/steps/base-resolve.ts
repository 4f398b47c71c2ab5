// base.resolve: what apt has that is newer than the base, where no remote renews it. Changes nothing.

import type { InstalledPackage } from '../../apt/dpkg-status.js';
import type { BaseUpgrade } from '../../model/facts.js';
import type { ResolvedPackage } from '../../model/package.js';
import { parseRefspec } from '../../model/refspec.js';
import { removeAptView, withAptView } from '../sandbox/apt-view.js';
import { basePackages, resolveUpgrade } from '../sandbox/resolver.js';
import type { FactsFor, StepContext, StepHandler } from '../step-handler.js';

export const baseResolve: StepHandler<'base.resolve'> = {
  probe: async () => null,
  perform: async (facts, context) => ({ gave: { baseUpgrade: await find(facts, context) } }),
  undo: async (_facts, context) => removeAptView(context),
};

async function find({ revision }: FactsFor<'base.resolve'>, context: StepContext): Promise<BaseUpgrade | null> {
  if (parseRefspec(revision.refspec).remote !== null) return null;
  const base = revision.checksum;
  const resolve = async (view: Parameters<typeof resolveUpgrade>[1]) => {
    const installed = basePackages(view.tree);
    const packages = await resolveUpgrade(installed, view, context);
    return packages.length === 0 ? null : { base, packages, changes: changesOf(installed, packages) };
  };
  return withAptView(base, context, resolve, { keepBase: false });
}

function changesOf(
  installed: readonly InstalledPackage[],
  packages: readonly ResolvedPackage[],
): BaseUpgrade['changes'] {
  const old = new Map(installed.map(({ name, version }) => [name, version]));
  return {
    added: packages.filter(({ name }) => !old.has(name)).map(({ name, version }) => ({ name, version })),
    removed: [],
    changed: packages.flatMap(({ name, version: to }) => {
      const from = old.get(name);
      return from === undefined ? [] : [{ name, from, to }];
    }),
  };
}
