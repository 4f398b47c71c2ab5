// base.fetch: brings the archives of the base's upgrade into the cache.

import { removeAptView } from '../sandbox/apt-view.js';
import type { StepHandler } from '../step-handler.js';
import { fetchArchives } from './packages-fetch.js';

export const baseFetch: StepHandler<'base.fetch'> = {
  probe: async () => null,
  perform: async ({ baseUpgrade }, context) => ({
    gave: {
      baseFetched: baseUpgrade === null ? { downloadedBytes: 0, files: 0 } : await fetchArchives(baseUpgrade, context),
    },
  }),
  // archives are kept, as those of layers are
  undo: async (_facts, context) => removeAptView(context),
};
