// Calls of the OS interface as requests: the one value that polkit, plan and journal use.

import { AptOstreeError } from '../model/errors.js';
import { parseRequest, type Request } from '../model/request.js';
import { refuseExcess } from '../model/request-limits.js';
import { PACKAGE_OPTIONS } from './names.js';
import { readOptions } from './options.js';
import type { VarDict } from './wire/value.js';

export interface Asked {
  readonly request: Request;
  /** As the client gave it with this call. */
  readonly commandLine: string | null;
}

export const COMMON = { 'initiating-command-line': 's', reboot: 'b' } as const;
const PACKAGE_TYPES = { ...COMMON, ...PACKAGE_OPTIONS.types } as const;

export function pkgChange(of: {
  readonly stateroot: string;
  readonly options: VarDict;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}): Asked {
  const options = readOptions('PkgChange', PACKAGE_TYPES, of.options);
  return packageRequest(of.stateroot, options, { add: of.added, remove: of.removed, local: [] });
}

export function deploy(stateroot: string, revision: string, dict: VarDict): Asked {
  const types = { ...COMMON, 'cache-only': 'b', 'lock-finalization': 'b' } as const;
  const options = readOptions('Deploy', types, dict);
  return deployRequest(stateroot, revision, options);
}

export function rollback(stateroot: string, dict: VarDict): Asked {
  const options = readOptions('Rollback', COMMON, dict);
  return asked({ kind: 'rollback', stateroot, reboot: options.reboot }, options);
}

export function cleanup(stateroot: string, elements: readonly string[]): Asked {
  const unknown = elements.find((each) => !Object.hasOwn(CLEANUP_ELEMENTS, each));
  if (unknown !== undefined)
    throw new AptOstreeError('invalid-argument', `cannot call Cleanup: element ${JSON.stringify(unknown)} is unknown`);
  const members = Object.entries(CLEANUP_ELEMENTS).map(([element, member]) => [member, elements.includes(element)]);
  return asked({ kind: 'cleanup', stateroot, ...Object.fromEntries(members) }, {});
}

export function refreshMd(stateroot: string, dict: VarDict): Asked {
  const options = readOptions('RefreshMd', { 'initiating-command-line': 's', force: 'b' }, dict);
  return asked({ kind: 'refresh-md', stateroot, force: options.force }, options);
}

export function updateDeployment(stateroot: string, modifierDict: VarDict, optionDict: VarDict): Asked {
  const modifiers = readOptions('UpdateDeployment', MODIFIERS, modifierDict);
  const options = readOptions('UpdateDeployment', { ...PACKAGE_TYPES, 'no-pull-base': 'b' }, optionDict);
  const { 'no-pull-base': noPullBase, ...packageOptions } = options;
  if (noPullBase === false) throw notSupported('no-pull-base=false would upgrade the base');
  const revision = modifiers['set-revision'];
  const change = {
    add: modifiers['install-packages'] ?? [],
    remove: modifiers['uninstall-packages'] ?? [],
    local: modifiers['install-local-package-paths'] ?? [],
  };
  if (revision === undefined) return packageRequest(stateroot, packageOptions, change);
  if (change.add.length + change.remove.length + change.local.length > 0 || options['no-layering'])
    throw notSupported('set-revision and a change of packages cannot go into one transaction');
  return deploy(stateroot, revision, new Map([...optionDict].filter(([key]) => key !== 'no-pull-base')));
}

const CLEANUP_ELEMENTS = {
  base: 'base',
  'pending-deploy': 'pending',
  'rollback-deploy': 'rollback',
  repomd: 'metadata',
} as const;

const MODIFIERS = {
  'install-packages': 'as',
  'uninstall-packages': 'as',
  'install-local-package-paths': 'as',
  'set-revision': 's',
} as const;

interface Change {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly local: readonly string[];
}

type Given = Readonly<Record<string, unknown>> & { readonly 'initiating-command-line'?: string };

function packageRequest(stateroot: string, options: Given, change: Change): Asked {
  const members = Object.entries(PACKAGE_OPTIONS.members).map(([key, member]) => [member, options[key]]);
  const kind = change.add.length + change.local.length > 0 ? 'install' : 'uninstall';
  return asked({ kind, stateroot, ...change, ...Object.fromEntries(members), reboot: options['reboot'] }, options);
}

function deployRequest(stateroot: string, revision: string, options: Given): Asked {
  return asked(
    {
      kind: 'deploy',
      stateroot,
      revision,
      cacheOnly: options['cache-only'],
      lockFinalization: options['lock-finalization'],
      reboot: options['reboot'],
    },
    options,
  );
}

export function asked(request: unknown, options: { readonly 'initiating-command-line'?: string }): Asked {
  const parsed = parseRequest(request);
  refuseExcess(parsed);
  return { request: parsed, commandLine: options['initiating-command-line'] ?? null };
}

function notSupported(why: string): AptOstreeError {
  return new AptOstreeError('not-supported', `cannot call UpdateDeployment: ${why}`);
}
