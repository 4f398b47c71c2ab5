// Gives a layer's accounts ids that are right on this machine, and makes its files belong to those.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configMerge } from '../../model/deployment.js';
import type { AccountMap } from '../../model/facts.js';
import { assignIds, type IdAssignment, type KnownIds } from '../../tree/account-ids.js';
import { type Accounts, addedAccounts, changedAccounts, parseAccounts } from '../../tree/accounts.js';
import { readPlainFile, writePlainFile } from '../../tree/plain-places.js';
import { formatSysusers, ownSysusers, parseSysusers } from '../../tree/sysusers.js';
import type { StepContext } from '../step-handler.js';
import { changeOwners } from './change-owners.js';
import { originDeployment } from './origin-base.js';
import type { ScratchLayout } from './scratch.js';

export interface FinishedAccounts {
  readonly map: AccountMap;
  readonly userName: (uid: number) => string | null;
  readonly groupName: (gid: number) => string | null;
}

/** SYSUSERS is the file of the tree that makes what was added. */
export function finishAccounts(layout: ScratchLayout, sysusers: string, context: StepContext): FinishedAccounts {
  const base = readAccounts(join(layout.base, 'usr/etc'));
  const after = readAccounts(join(layout.root, 'usr/etc'));
  const added = addedAccounts(base, after);
  for (const name of changedAccounts(base, after))
    context.report({
      type: 'message',
      text: `Left the account ${name} as the base has it; a package's script changed it`,
    });
  const assignment = assignIds({ added, base, known: knownIds(context) });
  changeOwners(layout, assignment);
  writeSysusers(join(layout.root, sysusers), assignment);
  return describe(base, assignment);
}

function readAccounts(etc: string, read: (file: string) => string = readPlainFile): Accounts {
  const [passwd = '', group = ''] = ['passwd', 'group'].map((name) => read(join(etc, name)));
  return parseAccounts(passwd, group);
}

/** An administrator may have put links into the machine's own /etc. */
function readOfMachine(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** What runs counts first, since its files in /var have those ids; then what was promised to the next boot. */
function knownIds(context: StepContext): readonly KnownIds[] {
  const live = configMerge(context.sysroot.deployments(), context.request.stateroot);
  const pending = originDeployment(context);
  const paths = live === null ? [pending.path] : [live.path, pending.path];
  const promised = paths.flatMap((path) =>
    ownSysusers(path).map((file) => parseSysusers(readPlainFile(join(path, file)))),
  );
  return live === null ? promised : [idsOf(readAccounts(join(live.path, 'etc'), readOfMachine)), ...promised];
}

function idsOf({ users, groups }: Accounts): KnownIds {
  return {
    users: new Map(users.map((each) => [each.name, each.uid])),
    groups: new Map(groups.map((each) => [each.name, each.gid])),
  };
}

function writeSysusers(file: string, { accounts }: IdAssignment): void {
  const text = formatSysusers(accounts);
  if (text === '') return;
  mkdirSync(dirname(file), { recursive: true });
  writePlainFile(file, text);
}

function describe(base: Accounts, { accounts }: IdAssignment): FinishedAccounts {
  const users = new Map([...base.users, ...accounts.users].map((each) => [each.uid, each.name]));
  const groups = new Map([...base.groups, ...accounts.groups].map((each) => [each.gid, each.name]));
  return {
    map: {
      users: Object.fromEntries(accounts.users.map(({ name, uid, gid }) => [name, { uid, gid }])),
      groups: Object.fromEntries(accounts.groups.map(({ name, gid }) => [name, gid])),
    },
    userName: (uid) => users.get(uid) ?? null,
    groupName: (gid) => groups.get(gid) ?? null,
  };
}
