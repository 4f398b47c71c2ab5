// The sysusers.d file that makes a layer's accounts on each machine, with ids that stay.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownIds } from './account-ids.js';
import type { AddedAccounts } from './accounts.js';

/** Path in the tree. */
export const LAYERED_SYSUSERS = '/usr/lib/sysusers.d/apt-ostree-layered.conf';

const SYSUSERS = '/usr/lib/sysusers.d';

/** Path in the tree of what the base's upgrade with this number added. */
export function upgradeSysusers(number: number): string {
  return `${SYSUSERS}/apt-ostree-upgrade-${number}.conf`;
}

/** Paths in the tree at ROOT of all files of ours. */
export function ownSysusers(root: string): readonly string[] {
  const directory = join(root, SYSUSERS);
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names.filter((name) => /^apt-ostree-.*\.conf$/.test(name)).map((name) => `${SYSUSERS}/${name}`);
}

/** Empty when there is nothing to make. */
export function formatSysusers({ users, groups, memberships }: AddedAccounts): string {
  const lines = [
    ...groups.map(({ name, gid }) => `g ${name} ${gid}`),
    ...users.map((each) =>
      ['u', each.name, `${each.uid}:${each.gid}`, quoted(each.gecos), orNone(each.home), orNone(each.shell)].join(' '),
    ),
    ...memberships.map(({ user, group }) => `m ${user} ${group}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The ids such a file fixes; lines without a number fix none. */
export function parseSysusers(text: string): KnownIds {
  const users = new Map<string, number>();
  const groups = new Map<string, number>();
  for (const line of text.split('\n')) {
    const user = /^u!?\s+(\S+)\s+(\d+)(?::\d+)?(?:\s|$)/.exec(line);
    const group = /^g\s+(\S+)\s+(\d+)(?:\s|$)/.exec(line);
    if (user !== null) users.set(user[1] ?? '', Number(user[2]));
    if (group !== null) groups.set(group[1] ?? '', Number(group[2]));
  }
  return { users, groups };
}

/** Specifiers double their per cent sign; the first comma-separated part is the name, the rest nobody reads. */
function quoted(gecos: string): string {
  const name = (gecos.split(',')[0] ?? '').replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return name === '' ? '-' : `"${name}"`;
}

function orNone(text: string): string {
  if (text === '') return '-';
  const escaped = text.replaceAll('%', '%%');
  // a blank would make two fields of one
  return /^[\w./%:@+,=~-]+$/.test(escaped) ? escaped : `"${escaped.replace(/[\\"]/g, '\\$&')}"`;
}
