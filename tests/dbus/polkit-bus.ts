// A private bus with a real polkitd on it, our policy and a few rules in force. Needs a mount namespace of its own
// (`unshare --mount`): polkit looks for policy and rules at fixed paths.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killed, type PrivateBus, startBus } from './private-bus.js';

const ACTIONS = '/usr/share/polkit-1/actions';
const RULES = '/etc/polkit-1/rules.d';
const POLKITD = ['/usr/libexec/polkitd', '/usr/lib/polkit-1/polkitd'];

/** User `games` may do everything of ours, `daemon` is refused outright, everybody else would have to be an administrator. */
export const EXAMPLE_RULES = `polkit.addRule(function (action, subject) {
  if (action.id.indexOf("org.projectatomic.aptostree.") !== 0) return polkit.Result.NOT_HANDLED;
  if (subject.user === "games") return polkit.Result.YES;
  if (subject.user === "daemon") return polkit.Result.NO;
  return polkit.Result.NOT_HANDLED;
});
`;

export async function startBusWithPolkit(rules: string = EXAMPLE_RULES): Promise<PrivateBus> {
  const bus = await startBus();
  replacePolicy(bus.directory, rules);
  const child = spawn(polkitd(), ['--no-debug'], {
    stdio: 'ignore',
    env: { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: bus.address },
  });
  while (!hasPolkit(bus.address)) await sleep(10);
  return {
    ...bus,
    stop: async () => {
      await killed(child);
      execFileSync('umount', [ACTIONS, RULES]);
      await bus.stop();
    },
  };
}

function replacePolicy(directory: string, rules: string): void {
  const actions = join(directory, 'actions');
  const ownRules = join(directory, 'rules.d');
  cpSync(ACTIONS, actions, { recursive: true });
  cpSync(resolve('polkit/org.projectatomic.aptostree.policy'), join(actions, 'org.projectatomic.aptostree.policy'));
  mkdirSync(ownRules, { mode: 0o755 });
  writeFileSync(join(ownRules, '50-test.rules'), rules);
  execFileSync('mount', ['--bind', actions, ACTIONS]);
  execFileSync('mount', ['--bind', ownRules, RULES]);
}

function polkitd(): string {
  const found = POLKITD.find((path) => existsSync(path));
  if (found === undefined) throw new Error('no polkitd on this machine');
  return found;
}

function hasPolkit(address: string): boolean {
  const call = [
    'call',
    '--address',
    address,
    '-d',
    'org.freedesktop.DBus',
    '-o',
    '/',
    '-m',
    'org.freedesktop.DBus.NameHasOwner',
  ];
  return execFileSync('gdbus', [...call, 'org.freedesktop.PolicyKit1'], { encoding: 'utf8' }).includes('true');
}
