// Requests as method calls of the OS interface.

import { OS, PACKAGE_OPTIONS } from '../dbus/names.js';
import { type VarDict, Variant, varDict, type WireValue } from '../dbus/wire/value.js';
import type { ClientRequest } from './client.js';
import type { MethodCall } from './daemon.js';

type PackageChange = Extract<ClientRequest, { readonly kind: 'install' | 'uninstall' }>;

/** The call that begins REQUEST on the OS object at PATH. */
export function methodCall(path: string, request: ClientRequest, commandLine: string): MethodCall {
  const method = (member: string, signature: string, body: readonly WireValue[]) => ({
    ...{ path, interface: OS, member, signature, body },
  });
  const given = options(request, commandLine);
  switch (request.kind) {
    case 'install':
    case 'uninstall':
      if ((request.local ?? []).length > 0)
        return method('UpdateDeployment', 'a{sv}a{sv}', [modifiers(request), withBase(given)]);
      return method('PkgChange', 'a{sv}asas', [given, request.add ?? [], request.remove ?? []]);
    case 'deploy':
      return method('Deploy', 'sa{sv}', [request.revision ?? '', given]);
    case 'upgrade':
      return method('Upgrade', 'a{sv}', [given]);
    case 'rebase':
      return method('Rebase', 'a{sv}sas', [given, request.refspec ?? '', []]);
    case 'rollback':
      return method('Rollback', 'a{sv}', [given]);
    case 'cleanup':
      return method('Cleanup', 'as', [cleanupElements(request)]);
    case 'refresh-md':
      return method('RefreshMd', 'a{sv}', [given]);
    case 'kargs':
      return method('KernelArgs', 'sasasasa{sv}', [...kernelArguments(request), withConditions(given, request)]);
    case 'finalize':
      return method('FinalizeDeployment', 'a{sv}', [finalizeOptions(given, request)]);
    case 'pin':
      return method('SetPinned', 'sba{sv}', [request.deployment ?? '', request.pinned ?? false, given]);
    case 'initramfs':
      return method('SetInitramfsState', 'basa{sv}', [request.regenerate ?? false, request.args ?? [], given]);
  }
}

/** Options by their D-Bus keys; what is false or absent is left out. */
function options(request: ClientRequest, commandLine: string): VarDict {
  const keys = {
    ...PACKAGE_OPTIONS.members,
    'check-only': 'check',
    'allow-downgrade': 'allowDowngrade',
    reboot: 'reboot',
    force: 'force',
  };
  const values: Readonly<Record<string, unknown>> = { ...request };
  const entries = Object.entries(keys).flatMap(([key, member]): [string, Variant][] => {
    const value = values[member];
    if (value === true) return [[key, new Variant('b', true)]];
    return typeof value === 'string' ? [[key, new Variant('s', value)]] : [];
  });
  return new Map([...entries, ['initiating-command-line', new Variant('s', commandLine)]]);
}

type KernelArguments = Extract<ClientRequest, { readonly kind: 'kargs' }>;

function kernelArguments(request: KernelArguments): readonly WireValue[] {
  return [request.existing ?? '', request.append ?? [], request.replace ?? [], request.delete ?? []];
}

function withConditions(given: VarDict, { appendIfMissing = [], deleteIfPresent = [] }: KernelArguments): VarDict {
  const conditions = { 'append-if-missing': appendIfMissing, 'delete-if-present': deleteIfPresent };
  const lists = Object.entries(conditions).filter(([, list]) => list.length > 0);
  return new Map([...given, ...lists.map(([key, list]) => [key, new Variant('as', list)] as const)]);
}

/** That no checksum is given must be said. */
function finalizeOptions(given: VarDict, request: Extract<ClientRequest, { readonly kind: 'finalize' }>): VarDict {
  const { checksum = null, allowUnlocked = false, reboot = false } = request;
  const expected = checksum === null ? new Variant('b', true) : new Variant('s', checksum);
  return new Map([
    ...given,
    [checksum === null ? 'allow-missing-checksum' : 'checksum', expected],
    ['allow-unlocked', new Variant('b', allowUnlocked)],
    ['reboot', new Variant('b', reboot)],
  ]);
}

function modifiers({ add = [], remove = [], local = [] }: PackageChange): VarDict {
  return varDict({
    'install-packages': ['as', add],
    'uninstall-packages': ['as', remove],
    'install-local-package-paths': ['as', local],
  });
}

/** Only packages are changed, the base stays. */
function withBase(given: VarDict): VarDict {
  return new Map([...given, ['no-pull-base', new Variant('b', true)]]);
}

function cleanupElements(request: Extract<ClientRequest, { readonly kind: 'cleanup' }>): readonly string[] {
  return [
    ...(request.base ? ['base'] : []),
    ...(request.pending ? ['pending-deploy'] : []),
    ...(request.rollback ? ['rollback-deploy'] : []),
    ...(request.metadata ? ['repomd'] : []),
  ];
}
