// repo.prune: removes what no deployment and no ref needs: directories, boot files, objects.

import type { StepHandler } from '../step-handler.js';

export const repoPrune: StepHandler<'repo.prune'> = {
  async probe() {
    return null;
  },
  async perform(_facts, { sysroot, report }) {
    sysroot.prepareCleanup();
    const pruned = sysroot.repo().prune();
    report({ type: 'message', text: `Freed: ${pruned.freedBytes} bytes in ${pruned.objects} objects` });
    return { gave: { pruned } };
  },
  async undo() {},
};
