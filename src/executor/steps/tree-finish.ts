// Turns the assembled layer into what a commit takes.

import type { Facts } from '../../model/facts.js';
import { parseOrigin } from '../../model/origin.js';
import { finishOverlay, LAYER_FILES, refuseStrange } from '../sandbox/overlay-finish.js';
import { removeScratch, scratchLayout } from '../sandbox/scratch.js';
import type { FactsFor, ProbeResult, StepContext, StepHandler } from '../step-handler.js';

export const treeFinish: StepHandler<'tree.finish'> = {
  probe: async ({ target }, context): Promise<ProbeResult<'tree.finish'>> => {
    if (!target.layered) return { found: { finished: NOTHING } };
    return {
      rewindTo: 'tree.assemble',
      reason: `the overlay of ${context.paths.scratch} went with the process that mounted it`,
    };
  },
  perform: async (facts, context) => ({
    gave: { finished: facts.target.layered ? await finish(facts, context).catch(refuseStrange) : NOTHING },
  }),
  undo: async (_facts, context) => removeScratch(scratchLayout(context.paths)),
};

const NOTHING: Facts['finished'] = { accounts: { users: {}, groups: {} }, kernel: null, factoryPaths: 0 };

async function finish(
  { target, resolution }: FactsFor<'tree.finish'>,
  context: StepContext,
): Promise<Facts['finished']> {
  const { packages } = resolution;
  const { timestampSeconds } = context.sysroot.repo().commitFacts(target.base);
  const initramfs = parseOrigin(target.origin);
  const parts = { packages, timestampSeconds, initramfs, files: LAYER_FILES };
  return finishOverlay(scratchLayout(context.paths), parts, context);
}
