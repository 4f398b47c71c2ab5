// What can be asked of the engine. Parsed once, at the border, into these values; polkit, plan and journal use the same one.

import { checksum, type Stateroot, stateroot } from './deployment.js';
import { AptOstreeError } from './errors.js';
import { type KernelArgumentsChange, kernelArgument } from './kernel-arguments.js';
import { packageName } from './package.js';
import { parseRefspec } from './refspec.js';

/** Install and uninstall: both change the origin's list of requests and apply the whole list to the base. */
export interface PackageRequest {
  readonly kind: 'install' | 'uninstall';
  readonly stateroot: Stateroot;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** Drop every request of the origin first. */
  readonly removeAll: boolean;
  /** Absolute paths of local archives; the executor reads them with the caller's rights and keeps them by SHA-256. */
  readonly local: readonly string[];
  /** Keep a request that the base satisfies already, instead of refusing it. */
  readonly allowInactive: boolean;
  /** Already requested, or not requested at removal, is no error. */
  readonly idempotent: boolean;
  /** Show the impact and the plan hash; change nothing. */
  readonly dryRun: boolean;
  /** Apply only the plan with this hash, as shown by a dry run. */
  readonly plan: string | null;
  /** Use only what is on the machine: no index refresh, no download. */
  readonly cacheOnly: boolean;
  /** Fetch and stop. */
  readonly downloadOnly: boolean;
  readonly lockFinalization: boolean;
  readonly reboot: boolean;
}

export interface DeployRequest {
  readonly kind: 'deploy';
  readonly stateroot: Stateroot;
  /** A commit checksum, `revision=CHECKSUM`, `version=V`, or a version. */
  readonly revision: string;
  readonly cacheOnly: boolean;
  readonly lockFinalization: boolean;
  readonly reboot: boolean;
}

export interface RollbackRequest {
  readonly kind: 'rollback';
  readonly stateroot: Stateroot;
  readonly reboot: boolean;
}

export interface CleanupRequest {
  readonly kind: 'cleanup';
  readonly stateroot: Stateroot;
  /** Scratch, caches of base checkouts and unreferenced objects. */
  readonly base: boolean;
  readonly pending: boolean;
  readonly rollback: boolean;
  /** Package indexes and archives. */
  readonly metadata: boolean;
}

export interface RefreshRequest {
  readonly kind: 'refresh-md';
  readonly stateroot: Stateroot;
  /** Refresh even when the indexes are recent. */
  readonly force: boolean;
}

export interface KernelArgumentsRequest extends KernelArgumentsChange {
  readonly kind: 'kargs';
  readonly stateroot: Stateroot;
  /** The line that is changed, as of another deployment or of the running kernel; null for that of the default deployment. */
  readonly existing: string | null;
  readonly lockFinalization: boolean;
  readonly reboot: boolean;
}

export interface InitramfsRequest {
  readonly kind: 'initramfs';
  readonly stateroot: Stateroot;
  /** Whether it is made on this machine; otherwise the base's own is used. */
  readonly regenerate: boolean;
  /** Arguments of dracut. */
  readonly args: readonly string[];
  readonly lockFinalization: boolean;
  readonly reboot: boolean;
}

export interface PinRequest {
  readonly kind: 'pin';
  readonly stateroot: Stateroot;
  /** Index in boot order, or id. */
  readonly deployment: string;
  /** Whether it shall be kept whatever comes, or may be removed again when its time has come. */
  readonly pinned: boolean;
}

export interface UpgradeRequest {
  readonly kind: 'upgrade';
  readonly stateroot: Stateroot;
  /** Look whether there is something, and change nothing. */
  readonly check: boolean;
  /** Take a base that is older than the present one, too. */
  readonly allowDowngrade: boolean;
  readonly cacheOnly: boolean;
  readonly downloadOnly: boolean;
  readonly lockFinalization: boolean;
  readonly reboot: boolean;
}

export interface RebaseRequest {
  readonly kind: 'rebase';
  readonly stateroot: Stateroot;
  /** `REMOTE:BRANCH` or `BRANCH`. */
  readonly refspec: string;
  readonly cacheOnly: boolean;
  readonly downloadOnly: boolean;
  readonly lockFinalization: boolean;
  readonly reboot: boolean;
}

export interface FinalizeRequest {
  readonly kind: 'finalize';
  readonly stateroot: Stateroot;
  /** Of the staged deployment or of its base, so that nothing else is let through; null for whatever is staged. */
  readonly checksum: string | null;
  /** Also one that is not locked, and so needs nothing but the reboot. */
  readonly allowUnlocked: boolean;
  readonly reboot: boolean;
}

export type Request =
  | PackageRequest
  | DeployRequest
  | RollbackRequest
  | CleanupRequest
  | RefreshRequest
  | KernelArgumentsRequest
  | InitramfsRequest
  | PinRequest
  | UpgradeRequest
  | RebaseRequest
  | FinalizeRequest;
export type OperationKind = Request['kind'];

/** A request from unknown JSON: the border of D-Bus, IPC and journal. Missing members take their defaults. @throws invalid-argument */
export function parseRequest(value: unknown): Request {
  const from = reader(value);
  const name = stateroot(from.text('stateroot'));
  switch (from.text('kind')) {
    case 'install':
    case 'uninstall':
      return parsePackageRequest(from, name);
    case 'deploy':
      return {
        kind: 'deploy',
        stateroot: name,
        revision: from.text('revision'),
        cacheOnly: from.flag('cacheOnly'),
        lockFinalization: from.flag('lockFinalization'),
        reboot: from.flag('reboot'),
      };
    case 'rollback':
      return { kind: 'rollback', stateroot: name, reboot: from.flag('reboot') };
    case 'cleanup':
      return parseCleanupRequest(from, name);
    case 'refresh-md':
      return { kind: 'refresh-md', stateroot: name, force: from.flag('force') };
    case 'kargs':
      return parseKernelArgumentsRequest(from, name);
    case 'initramfs':
      return parseInitramfsRequest(from, name);
    case 'upgrade':
      return {
        kind: 'upgrade',
        stateroot: name,
        check: from.flag('check'),
        allowDowngrade: from.flag('allowDowngrade'),
        ...parseUpdateOptions(from),
      };
    case 'rebase':
      return {
        kind: 'rebase',
        stateroot: name,
        refspec: refspecText(from.text('refspec')),
        ...parseUpdateOptions(from),
      };
    case 'finalize':
      return {
        kind: 'finalize',
        stateroot: name,
        checksum: from.optionalText('checksum') === null ? null : checksum(from.text('checksum')),
        allowUnlocked: from.flag('allowUnlocked'),
        reboot: from.flag('reboot'),
      };
    case 'pin':
      return { kind: 'pin', stateroot: name, deployment: from.text('deployment'), pinned: from.flag('pinned') };
    default:
      throw new AptOstreeError('invalid-argument', `cannot do ${JSON.stringify(from.text('kind'))}: no such operation`);
  }
}

/** Two requests that ask for the same; the second caller joins the first one's transaction. */
export function isSameRequest(one: Request, other: Request): boolean {
  return JSON.stringify(parseRequest(one)) === JSON.stringify(parseRequest(other));
}

function parsePackageRequest(from: Reader, name: Stateroot): PackageRequest {
  const request: PackageRequest = {
    kind: from.text('kind') === 'install' ? 'install' : 'uninstall',
    stateroot: name,
    add: from.texts('add').map(packageName),
    remove: from.texts('remove'),
    removeAll: from.flag('removeAll'),
    local: from.texts('local').map(absolutePath),
    allowInactive: from.flag('allowInactive'),
    idempotent: from.flag('idempotent'),
    dryRun: from.flag('dryRun'),
    plan: from.optionalText('plan'),
    cacheOnly: from.flag('cacheOnly'),
    downloadOnly: from.flag('downloadOnly'),
    lockFinalization: from.flag('lockFinalization'),
    reboot: from.flag('reboot'),
  };
  refusePackageConflicts(request);
  return request;
}

function refusePackageConflicts(request: PackageRequest): void {
  const refuse = (why: string) => {
    throw new AptOstreeError('invalid-argument', `cannot ${request.kind}: ${why}`);
  };
  const nothing = request.add.length + request.remove.length + request.local.length === 0;
  if (nothing && !request.removeAll) refuse('no package named');
  if (request.cacheOnly && request.downloadOnly) refuse('cache-only and download-only exclude each other');
  if (request.dryRun && request.downloadOnly) refuse('dry-run and download-only exclude each other');
  if (request.dryRun && request.plan !== null) refuse('dry-run and plan exclude each other');
  if (request.plan !== null && !/^[0-9a-f]{64}$/.test(request.plan))
    refuse(`${JSON.stringify(request.plan)} is not a plan hash; a dry run prints it`);
  const both = request.add.filter((each) => request.remove.includes(each));
  if (both.length > 0) refuse(`${both.join(', ')} would be both installed and uninstalled`);
}

function parseCleanupRequest(from: Reader, name: Stateroot): CleanupRequest {
  const request: CleanupRequest = {
    kind: 'cleanup',
    stateroot: name,
    base: from.flag('base'),
    pending: from.flag('pending'),
    rollback: from.flag('rollback'),
    metadata: from.flag('metadata'),
  };
  if (!(request.base || request.pending || request.rollback || request.metadata))
    throw new AptOstreeError('invalid-argument', 'cannot clean up: at least one cleanup option must be specified');
  return request;
}

function parseKernelArgumentsRequest(from: Reader, name: Stateroot): KernelArgumentsRequest {
  const request: KernelArgumentsRequest = {
    kind: 'kargs',
    stateroot: name,
    existing: from.optionalText('existing')?.trim() ?? null,
    append: from.texts('append').map(kernelArgument),
    replace: from.texts('replace').map(kernelArgument),
    delete: from.texts('delete').map(kernelArgument),
    appendIfMissing: from.texts('appendIfMissing').map(kernelArgument),
    deleteIfPresent: from.texts('deleteIfPresent').map(kernelArgument),
    lockFinalization: from.flag('lockFinalization'),
    reboot: from.flag('reboot'),
  };
  // a boot entry is lines of text
  if (/[\x00-\x1f\x7f]/.test(request.existing ?? ''))
    throw new AptOstreeError(
      'invalid-argument',
      'cannot use the existing kernel arguments: they are not one line of text',
    );
  const { existing, append, replace, delete: removed, appendIfMissing, deleteIfPresent } = request;
  const changes = [append, replace, removed, appendIfMissing, deleteIfPresent].flat();
  if (existing === null && changes.length === 0)
    throw new AptOstreeError('invalid-argument', 'cannot change the kernel arguments: no change named');
  return request;
}

function parseInitramfsRequest(from: Reader, name: Stateroot): InitramfsRequest {
  const request: InitramfsRequest = {
    kind: 'initramfs',
    stateroot: name,
    regenerate: from.flag('regenerate'),
    args: from.texts('args').map(dracutArgument),
    lockFinalization: from.flag('lockFinalization'),
    reboot: from.flag('reboot'),
  };
  if (!request.regenerate && request.args.length > 0)
    throw new AptOstreeError('invalid-argument', 'cannot disable the initramfs: arguments are for one that is made');
  return request;
}

/** It has to fit into a list of an origin. */
function dracutArgument(text: string): string {
  if (text === '' || /[\x00-\x1f\x7f;\\]/.test(text) || text !== text.trim())
    throw new AptOstreeError('invalid-argument', `cannot use ${JSON.stringify(text)} as an argument of dracut`);
  return text;
}

function parseUpdateOptions(from: Reader) {
  const options = {
    cacheOnly: from.flag('cacheOnly'),
    downloadOnly: from.flag('downloadOnly'),
    lockFinalization: from.flag('lockFinalization'),
    reboot: from.flag('reboot'),
  };
  if (options.cacheOnly && options.downloadOnly)
    throw new AptOstreeError(
      'invalid-argument',
      `cannot ${from.text('kind')}: cache-only and download-only exclude each other`,
    );
  return options;
}

function refspecText(text: string): string {
  parseRefspec(text);
  return text;
}

function absolutePath(text: string): string {
  if (!text.startsWith('/') || text.includes('\0'))
    throw new AptOstreeError(
      'invalid-argument',
      `cannot use ${JSON.stringify(text)} as a local package: not an absolute path`,
    );
  return text;
}

type Reader = ReturnType<typeof reader>;

/** Typed reads of one JSON object; a member of another type is an error that names it. */
function reader(value: unknown) {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AptOstreeError('invalid-argument', 'cannot read the request: it is not an object');
  const members = value as Readonly<Record<string, unknown>>;
  const wrong = (name: string, type: string) =>
    new AptOstreeError('invalid-argument', `cannot read the request: ${name} is not ${type}`);
  const list = (name: string): readonly unknown[] => {
    const member = members[name] ?? [];
    if (!Array.isArray(member)) throw wrong(name, 'a list');
    return member;
  };
  return {
    list,
    texts: (name: string) =>
      list(name).map((item) => {
        if (typeof item !== 'string') throw wrong(name, 'a list of strings');
        return item;
      }),
    text: (name: string): string => {
      const member = members[name];
      if (typeof member !== 'string') throw wrong(name, 'a string');
      return member;
    },
    optionalText: (name: string): string | null => {
      const member = members[name] ?? null;
      if (member !== null && typeof member !== 'string') throw wrong(name, 'a string');
      return member;
    },
    flag: (name: string): boolean => {
      const member = members[name] ?? false;
      if (typeof member !== 'boolean') throw wrong(name, 'true or false');
      return member;
    },
  };
}
