// Which numeric ids new accounts get for good: those they have on the machine already, else ones that are free there.

import type { Accounts, AddedAccounts } from './accounts.js';

/** Ids by name. */
export interface KnownIds {
  readonly users: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, number>;
}

export interface IdAssignment {
  readonly accounts: AddedAccounts;
  /** From the id an account got while installing to its final one; only those that differ. */
  readonly uids: ReadonlyMap<number, number>;
  readonly gids: ReadonlyMap<number, number>;
}

export interface IdQuestion {
  readonly added: AddedAccounts;
  readonly base: Accounts;
  /** Of the deployments and the machine's own /etc; the first that knows a name counts. */
  readonly known: readonly KnownIds[];
}

export function assignIds({ added, base, known }: IdQuestion): IdAssignment {
  const knownUids = merge(known.map((each) => each.users));
  const knownGids = merge(known.map((each) => each.groups));
  const wantedUids = added.users.map(({ name, uid }) => ({ name, id: uid }));
  const wantedGids = added.groups.map(({ name, gid }) => ({ name, id: gid }));
  const uids = assign(
    wantedUids,
    knownUids,
    base.users.map((each) => each.uid),
  );
  const gids = assign(
    wantedGids,
    knownGids,
    base.groups.map((each) => each.gid),
  );
  return {
    accounts: {
      users: added.users.map((each) => ({
        ...each,
        uid: uids.get(each.uid) ?? each.uid,
        gid: gids.get(each.gid) ?? each.gid,
      })),
      groups: added.groups.map((each) => ({ ...each, gid: gids.get(each.gid) ?? each.gid })),
      memberships: added.memberships,
    },
    uids: changes(uids),
    gids: changes(gids),
  };
}

function merge(maps: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  return new Map([...maps].reverse().flatMap((each) => [...each]));
}

interface Wanted {
  readonly name: string;
  readonly id: number;
}

/** Final ids by the id given while installing. */
function assign(
  wanted: readonly Wanted[],
  known: ReadonlyMap<string, number>,
  base: readonly number[],
): ReadonlyMap<number, number> {
  // what anybody knows under any name is taken, also when that name is not installed this time
  const taken = new Set([...base, ...known.values()]);
  const final = new Map<number, number>();
  for (const { name, id } of wanted) {
    const own = known.get(name);
    if (own !== undefined) final.set(id, own);
  }
  for (const { id } of wanted) {
    if (final.has(id)) continue;
    const chosen = taken.has(id) ? freeId(taken, wanted) : id;
    taken.add(chosen);
    final.set(id, chosen);
  }
  return final;
}

/** Debian's range for accounts of packages, from its top, where allocation of others comes last. */
function freeId(taken: ReadonlySet<number>, wanted: readonly Wanted[]): number {
  const asked = new Set(wanted.map((each) => each.id));
  for (let id = 999; id >= 100; id--) if (!taken.has(id) && !asked.has(id)) return id;
  let id = 60_000;
  while (taken.has(id) || asked.has(id)) id--;
  return id;
}

function changes(ids: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  return new Map([...ids].filter(([from, to]) => from !== to));
}
