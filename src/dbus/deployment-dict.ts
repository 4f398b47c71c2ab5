// A deployment as the dictionary that rpm-ostree's clients read.

import type { Deployment, MetadataValue } from '../model/deployment.js';
import { failureOf } from '../model/errors.js';
import { type Origin, parseOrigin } from '../model/origin.js';
import { type VarDict, Variant, varDict, type WireValue } from './wire/value.js';

/** Metadata longer than this (package lists) stays out of the bus. */
const MAX_METADATA_CHARACTERS = 4096;

type Entries = Record<string, readonly [string, WireValue]>;

/** All deployments in order; ALL also answers for a base commit that another of them has deployed. */
export function deploymentDicts(all: readonly Deployment[]): readonly VarDict[] {
  return all.map((each) => deploymentDict(each, all));
}

function deploymentDict(deployment: Deployment, all: readonly Deployment[]): VarDict {
  return varDict({
    ...identity(deployment),
    ...originEntries(deployment),
    ...commitEntries(deployment, all),
    // arrays that clients index without asking
    'requested-local-fileoverride-packages': ['as', []],
    'requested-base-removals': ['as', []],
    'requested-base-local-replacements': ['as', []],
    'requested-base-remote-replacements': ['a(sas)', []],
    'base-removals': ['av', []],
    'base-local-replacements': ['a(vv)', []],
    'base-remote-replacements': ['a{sv}', new Map()],
  });
}

function identity(deployment: Deployment): Entries {
  return {
    id: ['s', deployment.id],
    osname: ['s', deployment.stateroot],
    serial: ['i', deployment.serial],
    checksum: ['s', deployment.checksum],
    booted: ['b', deployment.booted],
    staged: ['b', deployment.staged],
    pinned: ['b', deployment.pinned],
    unlocked: ['s', deployment.unlocked],
    ...(deployment.finalizationLocked ? { 'finalization-locked': ['b', true] } : {}),
  };
}

function originEntries({ origin: text }: Deployment): Entries {
  const origin = readOrigin(text);
  return {
    'requested-packages': ['as', origin.requested],
    'requested-local-packages': ['as', origin.requestedLocal],
    'regenerate-initramfs': ['b', origin.regenerateInitramfs],
    ...(origin.initramfsArgs.length === 0 ? {} : { 'initramfs-args': ['as', origin.initramfsArgs] }),
    ...(origin.refspec === '' ? {} : { origin: ['s', origin.refspec] }),
    ...(origin.transaction === null ? {} : { transaction: ['s', origin.transaction] }),
    ...(origin.error === null ? {} : { 'origin-error': ['s', origin.error] }),
  };
}

/** One deployment with a broken origin must not hide the others: it is shown with what is wrong. */
function readOrigin(text: string | null): Omit<Origin, 'other'> & { readonly error: string | null } {
  const empty = {
    refspec: '',
    overrideCommit: null,
    requested: [],
    requestedLocal: [],
    regenerateInitramfs: false,
    initramfsArgs: [],
    transaction: null,
  };
  if (text === null) return { ...empty, error: null };
  try {
    return { ...parseOrigin(text), error: null };
  } catch (error) {
    return { ...empty, error: failureOf(error).message };
  }
}

function commitEntries({ commit }: Deployment, all: readonly Deployment[]): Entries {
  const base = text(commit.metadata['apt-ostree.base-checksum']);
  return {
    timestamp: ['t', BigInt(commit.timestampSeconds)],
    packages: ['as', texts(commit.metadata['apt-ostree.packages'])],
    ...(commit.version === null ? {} : { version: ['s', commit.version] }),
    ...(base === null
      ? { 'base-commit-meta': ['a{sv}', metadata(commit.metadata)] }
      : layeredEntries(commit, base, all)),
  };
}

function layeredEntries(commit: Deployment['commit'], base: string, all: readonly Deployment[]): Entries {
  const version = text(commit.metadata['apt-ostree.base-version']);
  const timestamp = integer(commit.metadata['apt-ostree.base-timestamp']);
  const deployedBase = all.find((each) => each.checksum === base);
  return {
    'base-checksum': ['s', base],
    ...(version === null ? {} : { 'base-version': ['s', version] }),
    ...(timestamp === null ? {} : { 'base-timestamp': ['t', timestamp] }),
    'base-commit-meta': ['a{sv}', metadata(deployedBase?.commit.metadata ?? {})],
    'layered-commit-meta': ['a{sv}', metadata(commit.metadata)],
  };
}

function metadata(values: Readonly<Record<string, MetadataValue>>): VarDict {
  return new Map(
    Object.entries(values)
      .filter(([, value]) => JSON.stringify(value).length <= MAX_METADATA_CHARACTERS)
      .map(([key, value]) => [key, variant(value)]),
  );
}

function variant(value: MetadataValue): Variant {
  if (typeof value === 'string') return new Variant('s', value);
  if (typeof value === 'boolean') return new Variant('b', value);
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? new Variant('x', BigInt(value)) : new Variant('d', value);
  return new Variant('as', value);
}

function text(value: MetadataValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function texts(value: MetadataValue | undefined): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function integer(value: MetadataValue | undefined): bigint | null {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  return typeof value === 'string' && /^\d{1,18}$/.test(value) ? BigInt(value) : null;
}
