// The package's life on a plain Debian 12 that runs: installed by apt, asked, upgraded, removed, purged.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootDirectory, type RunningSystem } from '../machine/machine.js';
import { plainDebian } from './debian.js';
import { packageFile } from './package.js';

/** Like the real one, but for version and compression. */
const LOWER = '0.1.0~first';
const HIGHER = '0.1.0~second';
const JOURNAL = '/var/lib/apt-ostree/journal.db';
const NAME = 'org.projectatomic.aptostree1';
const APT = 'DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0';

test('apt installs, upgrades, removes and purges it on a plain Debian 12', { timeout: 1_800_000 }, async () => {
  using debian = plainDebian();
  const files = join(debian.directory, 'root');
  mkdirSync(files, { recursive: true });
  copyFileSync(packageFile(LOWER), join(files, 'first.deb'));
  copyFileSync(packageFile(HIGHER), join(files, 'second.deb'));
  // apt fetches what it depends on, as it would for a user
  await using machine = await bootDirectory(debian.directory, { network: 'host', bootTimeoutMs: 300_000 });
  await say(machine, `${APT} update && ${APT} install /root/first.deb`);
  await answers(machine);
  await servesASysroot(machine);
  await say(machine, `echo LogLevel=debug >> /etc/apt-ostreed.conf; ${APT} install /root/second.deb`);
  assert.equal(await say(machine, "dpkg-query -W -f '${Version}' apt-ostree"), HIGHER);
  assert.match(
    await say(machine, 'cat /etc/apt-ostreed.conf'),
    /^LogLevel=debug$/m,
    'a conffile is the administrator’s',
  );
  await keepsJournal(machine);
  await say(machine, `${APT} remove apt-ostree`);
  assert.notEqual((await machine.run('apt-ostree --version')).status, 0);
  await say(machine, `test -s ${JOURNAL} && test -e /etc/apt-ostreed.conf`);
  await say(machine, `${APT} install /root/second.deb`);
  await keepsJournal(machine);
  await say(machine, `${APT} purge apt-ostree`);
  assert.equal(await say(machine, LEFT), '');
  await machine.poweroff();
});

/** Files of ours anywhere but in the sysroot, whose deployments are the system's, and what apt and man keep of everything. */
const LEFT =
  'find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /ostree -o -path /root \\) -prune -o ' +
  "-path '*apt-ostree*' -not -path '/var/log/*' -not -path '/var/cache/man/*' -print; systemctl list-unit-files --no-legend 'apt-ostree*' || true";

/** On a machine that no deployment runs, everything is there and says so. */
async function answers(machine: RunningSystem): Promise<void> {
  assert.match(await say(machine, 'apt-ostree --version'), /^apt-ostree:\n Version: '\d/);
  const status = await machine.run('apt-ostree status');
  assert.equal(status.status, 1);
  assert.match(status.output, /^error: [^\n]*not an OSTree system[^\n]*\n$/);
  assert.equal(await say(machine, 'systemd-analyze verify apt-ostreed.service apt-ostree-booted.service 2>&1'), '');
  assert.equal(await say(machine, 'systemctl is-enabled apt-ostree-booted'), 'enabled\n');
  assert.equal(await say(machine, 'systemctl is-system-running'), 'running\n');
  assert.match(await say(machine, 'man --where 1 apt-ostree && man --where 8 apt-ostreed'), /apt-ostree\.1/);
  const completing =
    'source /usr/share/bash-completion/bash_completion; _completion_loader apt-ostree; complete -p apt-ostree';
  assert.match(await say(machine, completing), /-F _apt_ostree apt-ostree/);
}

/** A sysroot that no deployment of runs: here it is no mount of its own, and its journal would lie in it. */
const DROP_IN = `[Service]
ReadWritePaths=/ostree
ExecStart=
ExecStart=/usr/bin/apt-ostreed --journal ${JOURNAL}
`;

/** With a sysroot at / the machine's own bus has systemd start the daemon. */
async function servesASysroot(machine: RunningSystem): Promise<void> {
  await say(machine, 'ostree admin init-fs --modern / && ostree admin os-init debian --sysroot=/');
  await say(
    machine,
    `mkdir /run/systemd/system/apt-ostreed.service.d && printf '%s' '${DROP_IN}' > /run/systemd/system/apt-ostreed.service.d/test.conf && systemctl daemon-reload`,
  );
  assert.equal((await machine.run('systemctl is-active apt-ostreed')).output, 'inactive\n');
  const path = `get-property ${NAME} /org/projectatomic/aptostree1/Sysroot ${NAME}.Sysroot Path`;
  assert.equal(await say(machine, `busctl ${path}`), 's "/"\n');
  assert.equal(await say(machine, 'systemctl is-active apt-ostreed'), 'active\n');
  assert.equal(await say(machine, 'systemctl show apt-ostreed --property StatusText --value'), 'idle\n');
}

async function keepsJournal(machine: RunningSystem): Promise<void> {
  await say(machine, `test -s ${JOURNAL}`);
  assert.match(await say(machine, 'apt-ostree journal verify'), /^ok/);
}

async function say(machine: RunningSystem, command: string): Promise<string> {
  const { status, output } = await machine.run(command, { timeoutMs: 900_000 });
  assert.equal(status, 0, `${command}: ${output}`);
  return output;
}
