// Units by which each machine makes for itself, at its next boot, the secrets that were stripped from a tree.

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface SecretUnit {
  readonly name: string;
  /** Whether a stripped file, absolute, is made by this unit. */
  readonly makes: (path: string) => boolean;
  readonly description: string;
  /** Glob of what must not exist for the unit to do anything. */
  readonly unless: string;
  readonly command: string;
}

const UNITS: readonly SecretUnit[] = [
  {
    name: 'apt-ostree-ssh-host-keys.service',
    makes: (path) => path.startsWith('/etc/ssh/'),
    description: 'Generate the SSH host keys of this machine',
    unless: '/etc/ssh/ssh_host_*_key',
    command: '/usr/bin/ssh-keygen -A',
  },
  {
    name: 'apt-ostree-snakeoil.service',
    makes: (path) => path === '/etc/ssl/private/ssl-cert-snakeoil.key',
    description: 'Generate the self-signed certificate of this machine',
    unless: '/etc/ssl/private/ssl-cert-snakeoil.key',
    command: '/usr/sbin/make-ssl-cert generate-default-snakeoil --force-overwrite',
  },
];

/** USR is the tree's /usr, or that of an overlay's upper directory; gives the names of the units. */
export function installSecretUnits(usr: string, stripped: readonly string[]): readonly string[] {
  const units = UNITS.filter(({ makes }) => stripped.some(makes));
  const directory = join(usr, 'lib/systemd/system');
  const wants = join(directory, 'sysinit.target.wants');
  if (units.length > 0) mkdirSync(wants, { recursive: true });
  for (const unit of units) {
    writeFileSync(join(directory, unit.name), unitText(unit));
    const link = join(wants, unit.name);
    if (!existsSync(link)) symlinkSync(`../${unit.name}`, link);
  }
  return units.map(({ name }) => name);
}

/** Before sysinit.target, thus before every service that could read the secret. */
function unitText({ description, unless, command }: SecretUnit): string {
  return `[Unit]
Description=${description}
DefaultDependencies=no
RequiresMountsFor=/etc /var /tmp
After=local-fs.target systemd-sysusers.service systemd-tmpfiles-setup.service
Before=sysinit.target shutdown.target
Conflicts=shutdown.target
ConditionPathExistsGlob=!${unless}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${command}
`;
}
