// Turns an assembled overlay into what a commit takes: accounts with ids that stay, /var and /opt for each machine to
// make, kernel in its place, nothing secret and nothing of how it was made. Leaves the unmounted upper directory.

import { join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';
import type { Facts } from '../../model/facts.js';
import { parseOrigin } from '../../model/origin.js';
import { removeSecrets } from '../../tree/machine-secrets.js';
import { linkLayeredOpt } from '../../tree/opt-payload.js';
import { refuseLinks } from '../../tree/plain-places.js';
import { shippedFiles } from '../../tree/shipped-files.js';
import { knownPaths } from '../../tree/tmpfiles.js';
import { TMPFILES } from '../../tree/tmpfiles-file.js';
import { captureVar } from '../../tree/var-capture.js';
import { finishAccounts } from '../sandbox/account-finish.js';
import { bootPayloadBytes, refuseFullBoot } from '../sandbox/disk-space.js';
import { finishKernel } from '../sandbox/kernel-finish.js';
import { checkLayer } from '../sandbox/layer-check.js';
import {
  closeOverlay,
  isAssembled,
  mark,
  removeScratch,
  type ScratchLayout,
  scratchLayout,
} from '../sandbox/scratch.js';
import { treeSandbox } from '../sandbox/tree-sandbox.js';
import { cleanUpper, refuseUnsupportedPaths } from '../sandbox/upper-cleaning.js';
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

/** What no check of ours foresaw: a file where a directory belongs, or the other way round. */
function refuseStrange(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!(error instanceof Error) || !STRANGE.has(code)) throw error;
  throw new AptOstreeError('invalid-tree', `cannot use the tree: ${error.message}`, { cause: error });
}

const STRANGE: ReadonlySet<string> = new Set([
  ...['EEXIST', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'ERR_FS_EISDIR'],
]);

async function finish(
  { target, resolution }: FactsFor<'tree.finish'>,
  context: StepContext,
): Promise<Facts['finished']> {
  const layout = scratchLayout(context.paths);
  if (!isAssembled(layout)) throw new AptOstreeError('internal', 'internal error: no tree is assembled in the scratch');
  const { timestampSeconds } = context.sysroot.repo().commitFacts(target.base);
  const sandbox = treeSandbox(layout, context, timestampSeconds);
  await checkLayer(layout, sandbox, context);
  const shipped = shippedFiles(layout.root, resolution.packages);
  leaveSecretsOut(layout, shipped, context);
  const accounts = finishAccounts(layout, context);
  linkLayeredOpt(layout);
  const kernel = await finishKernel(layout, parseOrigin(target.origin), context);
  // the tree's own tools have just run in it
  refuseLinks(layout.root);
  // only now is it known whether /boot gets other files than the base's
  if (kernel !== null) refuseFullBoot(context.paths.sysroot, bootPayloadBytes(layout.root));
  refuseUnsupportedPaths(layout.upper, (path) => shipped.get(path) ?? null);
  const { factoryPaths } = await captureVar({
    varDir: layout.var,
    usrDir: join(layout.root, 'usr'),
    tmpfilesName: TMPFILES.layeredVar,
    known: knownPaths(layout.root),
    userName: accounts.userName,
    groupName: accounts.groupName,
    signal: context.signal,
  });
  await closeOverlay(layout);
  cleanUpper(layout.upper);
  mark(layout.finished);
  return { accounts: accounts.map, kernel, factoryPaths };
}

function leaveSecretsOut(layout: ScratchLayout, shipped: ReadonlyMap<string, string>, context: StepContext): void {
  const { lost } = removeSecrets({
    etc: { seen: join(layout.upper, 'usr/etc'), changed: join(layout.root, 'usr/etc') },
    varDir: layout.var,
    usrDir: join(layout.root, 'usr'),
    isShipped: (path) => shipped.has(path),
  });
  for (const path of lost)
    context.report({
      type: 'message',
      text: `Left out ${path}: a key made while installing; make one on this machine`,
    });
}
