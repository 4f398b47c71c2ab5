// What it costs to commit a layer: by us, by a walk of the whole tree, and by checkout, devino commit and removal.

import { rmSync } from 'node:fs';
import { Repo } from '../src/native/repo.js';
import { BASE_REF, commitPlace, commitTemplate } from './commit-template.js';
import { type Figure, figure } from './figure.js';
import type { Template } from './filesystem.js';
import { shell } from './shell.js';
import { ratios } from './statistics.js';

const ROUNDS = 5;

interface Costs {
  readonly layer: number;
  readonly fullWalk: number;
  readonly devino: number;
}

export async function commit(): Promise<readonly Figure[]> {
  const small = await commitTemplate(0);
  const large = await commitTemplate(108_000);
  const at12k: Costs[] = [];
  const at120k: Costs[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    at12k.push(costs(small));
    at120k.push(costs(large));
  }
  const layers = at12k.map((each) => each.layer);
  const largeLayers = at120k.map((each) => each.layer);
  return [
    figure({ name: 'commit of a layer, 12k files', unit: 'ms', samples: layers }),
    ...comparisons('12k files', at12k, { fullWalk: 0.1, devino: 0.5 }),
    figure({ name: 'commit of a layer, 120k files', unit: 'ms', samples: largeLayers }),
    ...comparisons('120k files', at120k, {}),
    figure({
      name: 'commit, 120k files / 12k files',
      unit: 'ratio',
      samples: ratios(largeLayers, layers),
      target: 1.3,
    }),
  ];
}

function comparisons(
  base: string,
  costs: readonly Costs[],
  targets: { readonly fullWalk?: number; readonly devino?: number },
): readonly Figure[] {
  const ours = costs.map((each) => each.layer);
  const { fullWalk, devino } = targets;
  return [
    figure({
      name: `commit / full walk, ${base}`,
      unit: 'ratio',
      samples: ratios(
        ours,
        costs.map((each) => each.fullWalk),
      ),
      ...(fullWalk === undefined ? {} : { target: fullWalk }),
    }),
    figure({
      name: `commit / (checkout + devino commit + removal), ${base}`,
      unit: 'ratio',
      samples: ratios(
        ours,
        costs.map((each) => each.devino),
      ),
      ...(devino === undefined ? {} : { target: devino }),
    }),
  ];
}

/**
 * Ours comes first and has the layer's objects to write; the others find them there. The tree that is walked and
 * committed by device and inode is a hardlink checkout of the layered commit, so for both nothing is new.
 */
function costs(template: Template): Costs {
  using filesystem = template.copy();
  const place = commitPlace(filesystem.path);
  using repo = Repo.open(place.repo);
  const base = repo.resolve(BASE_REF);
  if (base === null) throw new Error('the template has no base');
  const description = { ref: 'bench/layer', parent: base, subject: 'bench', metadata: {}, timestampSeconds: 0 };
  const layer = timed(() => repo.commitLayer({ ...description, base, upper: place.upper, consume: true }));
  const checkout = timed(() =>
    shell('ostree', 'checkout', `--repo=${place.repo}`, '-H', 'bench/layer', place.checkout),
  );
  const walk = timed(() => repo.commitTree({ ...description, ref: 'bench/walk', directory: place.checkout }));
  if (walk.result.rootContents !== layer.result.rootContents) throw new Error('the two commits differ');
  const tree = `--tree=dir=${place.checkout}`;
  const commitArguments = ['commit', `--repo=${place.repo}`, '--branch=bench/devino', '--link-checkout-speedup', tree];
  const devino = timed(() => shell('ostree', ...commitArguments));
  const removal = timed(() => rmSync(place.checkout, { recursive: true }));
  return {
    layer: layer.milliseconds,
    fullWalk: walk.milliseconds,
    devino: checkout.milliseconds + devino.milliseconds + removal.milliseconds,
  };
}

function timed<Result>(act: () => Result): { readonly result: Result; readonly milliseconds: number } {
  const startedAtMs = performance.now();
  const result = act();
  return { result, milliseconds: performance.now() - startedAtMs };
}
