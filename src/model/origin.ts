// The origin file of a deployment: what the user asked for. Keys and meaning follow rpm-ostree; text is a GKeyFile.

import { AptOstreeError } from './errors.js';

export interface Origin {
  /** Refspec the base follows, `REMOTE:REF` or `REF`; null when pinned to a bare commit by `refspec=CHECKSUM`. */
  readonly refspec: string;
  /** Commit the base is pinned to (`override-commit`), or null. */
  readonly overrideCommit: string | null;
  readonly requested: readonly string[];
  /** Local packages, `SHA256:NAME_VERSION_ARCH`. */
  readonly requestedLocal: readonly string[];
  /** Whether the initramfs is made on this machine, with these arguments of dracut. */
  readonly regenerateInitramfs: boolean;
  readonly initramfsArgs: readonly string[];
  /** The transaction that wrote the deployment, or null for one written by something else. */
  readonly transaction: string | null;
  /** Groups and keys this version does not know, kept as they were. */
  readonly other: readonly OriginEntry[];
}

export interface OriginEntry {
  readonly group: string;
  readonly key: string;
  readonly value: string;
}

/** Groups that belong to one deployment and are never carried to the next (libostree's own rule for this group). */
const TRANSIENT = 'libostree-transient';

const KNOWN = new Set([
  'origin/refspec',
  'origin/baserefspec',
  'origin/override-commit',
  'packages/requested',
  'packages/requested-local',
  'rpmostree/regenerate-initramfs',
  'rpmostree/initramfs-args',
  'apt-ostree/transaction',
]);

/** @throws invalid-origin */
export function parseOrigin(text: string): Origin {
  const entries = keyFileEntries(text);
  const value = (path: string) => entries.find((each) => `${each.group}/${each.key}` === path)?.value ?? null;
  const refspec = value('origin/baserefspec') ?? value('origin/refspec');
  if (refspec === null)
    throw new AptOstreeError('invalid-origin', 'cannot read the origin: it has neither refspec nor baserefspec');
  return {
    refspec,
    overrideCommit: value('origin/override-commit'),
    requested: list(value('packages/requested')),
    requestedLocal: list(value('packages/requested-local')),
    regenerateInitramfs: value('rpmostree/regenerate-initramfs') === 'true',
    initramfsArgs: list(value('rpmostree/initramfs-args')),
    transaction: value('apt-ostree/transaction'),
    other: entries.filter((each) => !KNOWN.has(`${each.group}/${each.key}`) && each.group !== TRANSIENT),
  };
}

export function formatOrigin(origin: Origin): string {
  const groups = new Map<string, string[]>();
  const add = (group: string, key: string, value: string) => {
    const lines = groups.get(group) ?? [];
    groups.set(group, [...lines, `${key}=${value}`]);
  };
  add('origin', isLayered(origin) ? 'baserefspec' : 'refspec', origin.refspec);
  if (origin.overrideCommit !== null) add('origin', 'override-commit', origin.overrideCommit);
  if (origin.requested.length > 0) add('packages', 'requested', joined(origin.requested));
  if (origin.requestedLocal.length > 0) add('packages', 'requested-local', joined(origin.requestedLocal));
  if (origin.regenerateInitramfs) add('rpmostree', 'regenerate-initramfs', 'true');
  if (origin.initramfsArgs.length > 0) add('rpmostree', 'initramfs-args', joined(origin.initramfsArgs));
  if (origin.transaction !== null) add('apt-ostree', 'transaction', origin.transaction);
  for (const { group, key, value } of origin.other) add(group, key, value);
  return [...groups].map(([group, lines]) => `[${group}]\n${lines.join('\n')}\n`).join('\n');
}

/** Whether the origin asks for anything that a base commit alone does not give. */
export function isLayered(origin: Origin): boolean {
  return origin.requested.length > 0 || origin.requestedLocal.length > 0 || origin.regenerateInitramfs;
}

function list(value: string | null): readonly string[] {
  return value === null ? [] : value.split(';').filter((item) => item !== '');
}

function joined(items: readonly string[]): string {
  return items.map((item) => `${item};`).join('');
}

/** GKeyFile as libostree writes it: groups, `key=value` lines, `#` comments. */
function keyFileEntries(text: string): readonly OriginEntry[] {
  let group: string | null = null;
  const entries: OriginEntry[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const header = /^\[([^[\]]+)\]$/.exec(line);
    const pair = /^([A-Za-z0-9@_.:-]+(?:\[[^\]]*\])?)\s*=\s*(.*)$/.exec(line);
    if (header !== null) group = header[1] as string;
    else if (pair !== null && group !== null) entries.push({ group, key: pair[1] as string, value: pair[2] as string });
    else throw new AptOstreeError('invalid-origin', `cannot read the origin: line ${JSON.stringify(line)}`);
  }
  return entries;
}
