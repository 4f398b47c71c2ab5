// The real polkitd on a private bus, with our actions and rules of the test's own, in a mount namespace.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from './bus-fixture.js';
import { killed, type PrivateBus } from './private-bus.js';

const ACTIONS = '/usr/share/polkit-1/actions';
const RULES = '/etc/polkit-1/rules.d';

export class PolkitWorld {
  private readonly child: ChildProcess;

  /** RULES TEXT is what administrators write in /etc/polkit-1/rules.d. */
  static async start(bus: PrivateBus, rulesText: string): Promise<PolkitWorld> {
    const rules = join(bus.directory, 'rules.d');
    mkdirSync(rules, { mode: 0o755 });
    writeFileSync(join(rules, '50-test.rules'), rulesText);
    const script = [
      'set -eu',
      // polkitd has its paths compiled in
      `cp -a ${ACTIONS} ${bus.directory}/actions`,
      `cp ${resolve('polkit/org.projectatomic.aptostree.policy')} ${bus.directory}/actions/`,
      `mount --bind ${bus.directory}/actions ${ACTIONS}`,
      `mount --bind ${rules} ${RULES}`,
      // the second place is Debian 12's
      'if [ -x /usr/libexec/polkitd ]; then exec /usr/libexec/polkitd --no-debug; fi',
      'exec /usr/lib/polkit-1/polkitd --no-debug',
    ].join('\n');
    const environment = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: bus.address };
    const child = spawn('unshare', ['-m', 'sh', '-c', script], {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const world = new PolkitWorld(child);
    await world.untilThere(bus);
    return world;
  }

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  async stop(): Promise<void> {
    await killed(this.child);
  }

  private async untilThere(bus: PrivateBus): Promise<void> {
    for (let turn = 0; turn < 200; turn += 1) {
      const { stdout } = await runProgram(
        [
          ...['gdbus', 'call', '--system', '-d', 'org.freedesktop.DBus', '-o', '/org/freedesktop/DBus'],
          ...['-m', 'org.freedesktop.DBus.NameHasOwner', 'org.freedesktop.PolicyKit1'],
        ],
        { DBUS_SYSTEM_BUS_ADDRESS: bus.address },
      );
      if (stdout.includes('true')) return;
      await sleep(25);
    }
    throw new Error('polkitd did not come up');
  }
}
