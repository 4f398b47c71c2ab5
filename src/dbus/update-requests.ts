// Calls of the OS interface that bring another base, as requests.

import { AptOstreeError } from '../model/errors.js';
import { readOptions } from './options.js';
import { type Asked, asked, COMMON } from './os-requests.js';
import type { VarDict } from './wire/value.js';

const UPDATE_OPTIONS = { ...COMMON, 'cache-only': 'b', 'download-only': 'b', 'lock-finalization': 'b' } as const;

export function upgrade(stateroot: string, dict: VarDict): Asked {
  const types = { ...UPDATE_OPTIONS, 'check-only': 'b', 'allow-downgrade': 'b' } as const;
  const options = readOptions('Upgrade', types, dict);
  const { 'check-only': check, 'allow-downgrade': allowDowngrade } = options;
  return asked({ kind: 'upgrade', stateroot, check, allowDowngrade, ...updateMembers(options) }, options);
}

export function rebase(
  stateroot: string,
  refspec: string,
  { options: dict, packages }: { readonly options: VarDict; readonly packages: readonly string[] },
): Asked {
  const options = readOptions('Rebase', UPDATE_OPTIONS, dict);
  if (packages.length > 0)
    throw new AptOstreeError('not-supported', 'cannot call Rebase: packages are changed in a transaction of their own');
  return asked({ kind: 'rebase', stateroot, refspec, ...updateMembers(options) }, options);
}

function updateMembers(options: {
  readonly 'cache-only'?: boolean;
  readonly 'download-only'?: boolean;
  readonly 'lock-finalization'?: boolean;
  readonly reboot?: boolean;
}) {
  return {
    cacheOnly: options['cache-only'],
    downloadOnly: options['download-only'],
    lockFinalization: options['lock-finalization'],
    reboot: options.reboot,
  };
}
