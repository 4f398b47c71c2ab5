// A dbus-daemon of the test's own, with our bus policy in force where asked for.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PrivateBus {
  readonly address: string;
  readonly directory: string;
  stop(): Promise<void>;
}

const POLICY = resolve('dbus-1/org.projectatomic.aptostree1.conf');
const POLKIT_POLICY = '/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf';

export async function startBus(): Promise<PrivateBus> {
  const directory = mkdtempSync(join(tmpdir(), 'apt-ostree-bus-'));
  chmodSync(directory, 0o755);
  const socket = join(directory, 'bus');
  const config = join(directory, 'bus.conf');
  writeFileSync(config, configuration(socket));
  // a bus does not outlive its test, however that ends
  const command = ['--pdeathsig', 'KILL', 'dbus-daemon', `--config-file=${config}`, '--nofork', '--nopidfile'];
  const child = spawn('setpriv', command, { stdio: 'ignore' });
  while (!existsSync(socket)) await sleep(5);
  return {
    address: `unix:path=${socket}`,
    directory,
    stop: async () => {
      await killed(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** As the system bus has it: nobody may own or call anything that no policy allows. */
function configuration(socket: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include ignore_missing="yes">${POLKIT_POLICY}</include>
  <include>${POLICY}</include>
</busconfig>
`;
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGKILL');
  await exited;
}
