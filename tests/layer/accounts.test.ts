import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignIds, type KnownIds } from '../../src/tree/account-ids.js';
import { addedAccounts, parseAccounts } from '../../src/tree/accounts.js';
import { formatSysusers, parseSysusers } from '../../src/tree/sysusers.js';

const BASE = parseAccounts('root:x:0:0:root:/root:/bin/bash\n', 'root:x:0:\nadm:x:4:\n');
const AFTER = parseAccounts(
  'root:x:0:0:root:/root:/bin/bash\ndb:x:101:107:The database, 100%,,:/var/lib/db:/bin/sh\n+nis::::::\nbroken:x\n',
  'root:x:0:\nadm:x:4:db\ndb:x:107:\n',
);
const ADDED = addedAccounts(BASE, AFTER);

const known = (users: Readonly<Record<string, number>>, groups: Readonly<Record<string, number>> = {}): KnownIds => ({
  users: new Map(Object.entries(users)),
  groups: new Map(Object.entries(groups)),
});

test('finds users, groups and memberships that were added', () => {
  assert.deepEqual(
    ADDED.users.map((each) => each.name),
    ['db'],
  );
  assert.deepEqual(
    ADDED.groups.map((each) => each.name),
    ['db'],
  );
  assert.deepEqual(ADDED.memberships, [{ user: 'db', group: 'adm' }]);
});

test('writes accounts so that systemd-sysusers makes them with their ids', () => {
  assert.equal(formatSysusers(ADDED), 'g db 107\nu db 101:107 "The database" /var/lib/db /bin/sh\nm db adm\n');
  const read = parseSysusers(formatSysusers(ADDED));
  assert.deepEqual(
    [...read.users, ...read.groups],
    [
      ['db', 101],
      ['db', 107],
    ],
  );
});

test('keeps the ids given while installing where nobody minds', () => {
  const { uids, gids, accounts } = assignIds({ added: ADDED, base: BASE, known: [known({ other: 500 })] });
  assert.deepEqual([uids.size, gids.size, accounts.users[0]?.uid, accounts.groups[0]?.gid], [0, 0, 101, 107]);
});

test('goes back to the ids a name has on the machine, the first list first', () => {
  const lists = [known({ db: 120 }, { db: 121 }), known({ db: 130 })];
  const { uids, accounts } = assignIds({ added: ADDED, base: BASE, known: lists });
  assert.deepEqual([...uids], [[101, 120]]);
  assert.deepEqual([accounts.users[0]?.uid, accounts.users[0]?.gid, accounts.groups[0]?.gid], [120, 121, 121]);
});

test('avoids an id that another name has', () => {
  const { uids } = assignIds({ added: ADDED, base: BASE, known: [known({ alice: 101, bob: 999 })] });
  assert.deepEqual([...uids], [[101, 998]]);
});

test('lets two names trade their ids', () => {
  const two = (one: number, other: number) => parseAccounts(`a:x:${one}:0:::\nb:x:${other}:0:::\n`, '');
  const added = addedAccounts(BASE, two(101, 102));
  const { uids } = assignIds({ added, base: BASE, known: [known({ a: 102, b: 101 })] });
  assert.deepEqual(
    [...uids],
    [
      [101, 102],
      [102, 101],
    ],
  );
});
