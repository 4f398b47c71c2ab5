// Users and groups as passwd and group files hold them, and what maintainer scripts added to them.

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export interface Accounts {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
}

export interface Membership {
  readonly user: string;
  readonly group: string;
}

export interface AddedAccounts extends Accounts {
  /** Members that groups got, new groups and old ones. */
  readonly memberships: readonly Membership[];
}

/** Files below /etc that each machine goes on writing itself: a commit carries those of its base, never a layer's. */
export const ACCOUNT_FILES: readonly string[] = ['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'];

/** What the tools that write account files leave beside them. */
export const ACCOUNT_LITTER: readonly string[] = [
  '.pwd.lock',
  ...ACCOUNT_FILES.flatMap((name) => ['-', '+', '.lock'].map((end) => name + end)),
];

export function parseAccounts(passwd: string, group: string): Accounts {
  return { users: records(passwd, 7).flatMap(parseUser), groups: records(group, 4).flatMap(parseGroup) };
}

export function addedAccounts(before: Accounts, after: Accounts): AddedAccounts {
  const users = new Set(before.users.map((each) => each.name));
  const groups = new Map(before.groups.map((each) => [each.name, each]));
  const memberships = after.groups.flatMap(({ name, members }) => {
    const known = groups.get(name)?.members ?? [];
    return members.filter((each) => !known.includes(each)).map((user) => ({ user, group: name }));
  });
  return {
    users: after.users.filter((each) => !users.has(each.name)),
    groups: after.groups.filter((each) => !groups.has(each.name)),
    memberships,
  };
}

/** Accounts that were there and are not as they were: no sysusers.d line can say that, so it stays as it was. */
export function changedAccounts(before: Accounts, after: Accounts): readonly string[] {
  const users = new Map(after.users.map((each) => [each.name, JSON.stringify(each)]));
  const groups = new Map(after.groups.map((each) => [each.name, each.gid]));
  return [
    ...before.users.filter((each) => users.get(each.name) !== JSON.stringify(each)).map((each) => each.name),
    ...before.groups.filter((each) => groups.get(each.name) !== each.gid).map((each) => each.name),
  ];
}

/** Records with at least that many fields; NIS lines (`+::…`) and comments are none of ours. */
function records(text: string, fields: number): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^[+#-]/.test(line))
    .map((line) => line.split(':'))
    .filter((record) => record.length >= fields);
}

/** systemd-sysusers' rule: other names it would not make on any machine, and some would read as other fields. */
function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?$/.test(text);
}

function parseUser([name = '', , uid = '', gid = '', gecos = '', home = '', shell = '']: readonly string[]): User[] {
  if (!isName(name) || !isNumber(uid) || !isNumber(gid)) return [];
  return [{ name, uid: Number(uid), gid: Number(gid), gecos, home, shell }];
}

function parseGroup([name = '', , gid = '', members = '']: readonly string[]): Group[] {
  if (!isName(name) || !isNumber(gid)) return [];
  return [{ name, gid: Number(gid), members: members.split(',').filter(isName) }];
}

/** An id as the kernel has them; the last one means "none". */
function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) < 0xffff_ffff;
}
