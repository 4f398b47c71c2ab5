// Turns an assembled overlay into what a commit takes: accounts with ids that stay, /var and /opt for each machine to
// make, kernel in its place, nothing secret and nothing of how it was made. Leaves the unmounted upper directory.

import { join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';
import type { Facts } from '../../model/facts.js';
import type { Origin } from '../../model/origin.js';
import type { ResolvedPackage } from '../../model/package.js';
import { removeSecrets } from '../../tree/machine-secrets.js';
import { linkLayeredOpt } from '../../tree/opt-payload.js';
import { refuseLinks } from '../../tree/plain-places.js';
import { shippedFiles } from '../../tree/shipped-files.js';
import { LAYERED_SYSUSERS, upgradeSysusers } from '../../tree/sysusers.js';
import { knownPaths } from '../../tree/tmpfiles.js';
import { TMPFILES, upgradeTmpfiles } from '../../tree/tmpfiles-file.js';
import { captureVar } from '../../tree/var-capture.js';
import type { StepContext } from '../step-handler.js';
import { finishAccounts } from './account-finish.js';
import { bootPayloadBytes, refuseFullBoot } from './disk-space.js';
import { finishKernel } from './kernel-finish.js';
import { checkLayer } from './layer-check.js';
import { closeOverlay, isAssembled, mark, type ScratchLayout } from './scratch.js';
import { treeSandbox } from './tree-sandbox.js';
import { cleanUpper, refuseUnsupportedPaths } from './upper-cleaning.js';

/** Files of its own that an overlay adds to a tree: a layer's are made anew with each layer, those of the base stay. */
export interface OwnFiles {
  readonly sysusers: string;
  readonly varTmpfiles: string;
  readonly optTmpfiles: string;
}

export const LAYER_FILES: OwnFiles = {
  sysusers: LAYERED_SYSUSERS,
  varTmpfiles: TMPFILES.layeredVar,
  optTmpfiles: TMPFILES.layeredOpt,
};

/** Of the base's upgrade with this number, from 1. */
export function upgradeFiles(number: number): OwnFiles {
  return { sysusers: upgradeSysusers(number), ...upgradeTmpfiles(number) };
}

export interface OverlayFinish {
  readonly packages: readonly ResolvedPackage[];
  /** The base commit's: what is generated shall not depend on the clock. */
  readonly timestampSeconds: number;
  readonly initramfs: Pick<Origin, 'regenerateInitramfs' | 'initramfsArgs'>;
  readonly files: OwnFiles;
}

/** @throws invalid-tree, dpkg-failed, account-conflict, unsupported-path */
export async function finishOverlay(
  layout: ScratchLayout,
  { packages, timestampSeconds, initramfs, files }: OverlayFinish,
  context: StepContext,
): Promise<Facts['finished']> {
  if (!isAssembled(layout)) throw new AptOstreeError('internal', 'internal error: no tree is assembled in the scratch');
  const sandbox = treeSandbox(layout, context, timestampSeconds);
  await checkLayer(layout, sandbox, context);
  const shipped = shippedFiles(layout.root, packages);
  leaveSecretsOut(layout, shipped, context);
  const accounts = finishAccounts(layout, files.sysusers, context);
  linkLayeredOpt(layout, files.optTmpfiles);
  const kernel = await finishKernel(layout, initramfs, context);
  // the tree's own tools have just run in it
  refuseLinks(layout.root);
  // only now is it known whether /boot gets other files than the base's
  if (kernel !== null) refuseFullBoot(context.paths.sysroot, bootPayloadBytes(layout.root));
  refuseUnsupportedPaths(layout.upper, (path) => shipped.get(path) ?? null);
  const { factoryPaths } = await captureVar({
    varDir: layout.var,
    usrDir: join(layout.root, 'usr'),
    tmpfilesName: files.varTmpfiles,
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

/** What no check of ours foresaw: a file where a directory belongs, or the other way round. */
export function refuseStrange(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!(error instanceof Error) || !STRANGE.has(code)) throw error;
  throw new AptOstreeError('invalid-tree', `cannot use the tree: ${error.message}`, { cause: error });
}

const STRANGE: ReadonlySet<string> = new Set([
  ...['EEXIST', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'ERR_FS_EISDIR'],
]);

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
