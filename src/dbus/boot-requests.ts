// Calls of the OS interface that change how a deployment boots, as requests.

import { AptOstreeError } from '../model/errors.js';
import { readOptions } from './options.js';
import { type Asked, asked, COMMON } from './os-requests.js';
import type { VarDict } from './wire/value.js';

const KERNEL_ARGUMENT_OPTIONS = {
  ...COMMON,
  'append-if-missing': 'as',
  'delete-if-present': 'as',
  'final-kernel-args': 's',
  'lock-finalization': 'b',
} as const;

export function kernelArgs(of: {
  readonly stateroot: string;
  readonly existing: string;
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  readonly removed: readonly string[];
  readonly options: VarDict;
}): Asked {
  const options = readOptions('KernelArgs', KERNEL_ARGUMENT_OPTIONS, of.options);
  const final = options['final-kernel-args'];
  const [appendIfMissing = [], deleteIfPresent = []] = [options['append-if-missing'], options['delete-if-present']];
  const changes = [of.added, of.replaced, of.removed, appendIfMissing, deleteIfPresent].flat();
  if (final !== undefined && changes.length > 0)
    throw new AptOstreeError('invalid-argument', 'cannot call KernelArgs: final-kernel-args excludes changes');
  const existing = final ?? (of.existing === '' ? null : of.existing);
  const request = {
    kind: 'kargs',
    stateroot: of.stateroot,
    existing,
    append: of.added,
    replace: of.replaced,
    delete: of.removed,
    appendIfMissing,
    deleteIfPresent,
    lockFinalization: options['lock-finalization'],
    reboot: options.reboot,
  };
  return asked(request, options);
}

export function initramfsState(of: {
  readonly stateroot: string;
  readonly regenerate: boolean;
  readonly args: readonly string[];
  readonly options: VarDict;
}): Asked {
  const { stateroot, regenerate, args } = of;
  const options = readOptions('SetInitramfsState', { ...COMMON, 'lock-finalization': 'b' }, of.options);
  const lockFinalization = options['lock-finalization'];
  return asked({ kind: 'initramfs', stateroot, regenerate, args, lockFinalization, reboot: options.reboot }, options);
}

export function pin(
  stateroot: string,
  deployment: string,
  given: { readonly pinned: boolean; readonly options: VarDict },
) {
  const options = readOptions('SetPinned', { 'initiating-command-line': 's' }, given.options);
  return asked({ kind: 'pin', stateroot, deployment, pinned: given.pinned }, options);
}

const FINALIZE_OPTIONS = {
  ...COMMON,
  checksum: 's',
  'allow-missing-checksum': 'b',
  'allow-unlocked': 'b',
} as const;

export function finalizeDeployment(stateroot: string, dict: VarDict): Asked {
  const options = readOptions('FinalizeDeployment', FINALIZE_OPTIONS, dict);
  const { checksum, 'allow-unlocked': allowUnlocked, reboot = true } = options;
  if (checksum === undefined && options['allow-missing-checksum'] !== true)
    throw new AptOstreeError('invalid-argument', 'cannot finalize the deployment: no checksum given to expect');
  return asked({ kind: 'finalize', stateroot, checksum, allowUnlocked, reboot }, options);
}
