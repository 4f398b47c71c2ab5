// What maintainer scripts generate for one machine and a commit would hand to all: taken out of the tree, and made
// anew by a unit at each machine's boot where that is missing.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ScratchLayout } from './scratch.js';

interface Secret {
  readonly name: string;
  readonly description: string;
  /** Paths below /etc. */
  readonly pattern: RegExp;
  /** Conditions and command of the unit that makes what is missing and leaves alone what is there. */
  readonly unit: { readonly conditions: readonly string[]; readonly command: string };
}

const SECRETS: readonly Secret[] = [
  {
    name: 'ssh-host-keys',
    description: 'SSH host keys',
    pattern: /^ssh\/ssh_host_\w+_key(\.pub)?$/,
    unit: { conditions: ['/usr/bin/ssh-keygen'], command: '/usr/bin/ssh-keygen -A' },
  },
  {
    name: 'snakeoil-certificate',
    description: 'the self-signed certificate of this machine',
    pattern: /^ssl\/(private\/ssl-cert-snakeoil\.key|certs\/ssl-cert-snakeoil\.pem)$/,
    unit: {
      conditions: ['/usr/sbin/make-ssl-cert', '!/etc/ssl/private/ssl-cert-snakeoil.key'],
      command: '/usr/sbin/make-ssl-cert generate-default-snakeoil',
    },
  },
  {
    name: 'rndc-key',
    description: "the key that controls this machine's name server",
    pattern: /^bind\/rndc\.key$/,
    unit: {
      conditions: ['/usr/sbin/rndc-confgen', '!/etc/bind/rndc.key'],
      command: '/usr/sbin/rndc-confgen -a -u bind',
    },
  },
];

/** Made by systemd at the first boot; the base's own empty file counts. */
const MACHINE_FILES = /^(machine-id|hostid|adjtime)$/;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;
const KEY_FILE_LIMIT = 64 * 1024;

export interface RemovedSecrets {
  /** Keys that no unit makes again, as absolute paths: the user is told. */
  readonly lost: readonly string[];
}

/** @param shipped files of the packages: a key that everybody can download is no secret */
export function removeSecrets(layout: ScratchLayout, shipped: ReadonlySet<string>): RemovedSecrets {
  const etc = join(layout.root, 'usr/etc');
  const found = filesBelow(join(layout.upper, 'usr/etc'), '').filter((path) => !shipped.has(`/etc/${path}`));
  const used = new Set<Secret>();
  const lost: string[] = [];
  for (const path of found) {
    const secret = SECRETS.find((each) => each.pattern.test(path));
    if (secret !== undefined) used.add(secret);
    else if (holdsPrivateKey(join(etc, path))) lost.push(`/etc/${path}`);
    else if (!MACHINE_FILES.test(path)) continue;
    rmSync(join(etc, path));
  }
  removeDangling(join(etc, 'ssl/certs'), found);
  for (const secret of used) writeUnit(layout, secret);
  return { lost: [...lost, ...removeKeysOfVar(layout, shipped)] };
}

function removeKeysOfVar({ var: varDir }: ScratchLayout, shipped: ReadonlySet<string>): readonly string[] {
  const keys = filesBelow(varDir, '').filter((path) => !shipped.has(`/var/${path}`));
  return keys
    .filter((path) => holdsPrivateKey(join(varDir, path)))
    .map((path) => {
      rmSync(join(varDir, path));
      return `/var/${path}`;
    });
}

/** Links by hash to a certificate that is gone. */
function removeDangling(directory: string, paths: readonly string[]): void {
  for (const path of paths) {
    const name = /^ssl\/certs\/([^/]+)$/.exec(path)?.[1];
    if (name === undefined) continue;
    const link = join(directory, name);
    if (!(lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ?? false)) continue;
    if (readlinkSync(link) === 'ssl-cert-snakeoil.pem') rmSync(link);
  }
}

function filesBelow(directory: string, path: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const child = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(join(directory, entry.name), child);
    return entry.isFile() || entry.isSymbolicLink() ? [child] : [];
  });
}

function holdsPrivateKey(file: string): boolean {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size === 0 || stat.size > KEY_FILE_LIMIT) return false;
  return PRIVATE_KEY.test(readFileSync(file, 'latin1'));
}

/** Before any service starts, after users and directories are there. */
function writeUnit({ root }: ScratchLayout, { name, description, unit }: Secret): void {
  const file = `apt-ostree-${name}.service`;
  const directory = join(root, 'usr/lib/systemd/system');
  const lines = [
    '[Unit]',
    `Description=Make ${description}`,
    'DefaultDependencies=no',
    'After=local-fs.target ostree-remount.service systemd-sysusers.service systemd-tmpfiles-setup.service',
    'Before=sysinit.target shutdown.target',
    'Conflicts=shutdown.target',
    ...unit.conditions.map((path) => `ConditionPathExists=${path}`),
    '',
    '[Service]',
    'Environment=DEBIAN_FRONTEND=noninteractive',
    'Type=oneshot',
    'RemainAfterExit=yes',
    `ExecStart=${unit.command}`,
    '',
  ];
  mkdirSync(join(directory, 'sysinit.target.wants'), { recursive: true });
  writeFileSync(join(directory, file), lines.join('\n'));
  const link = join(directory, 'sysinit.target.wants', file);
  rmSync(link, { force: true });
  symlinkSync(`../${file}`, link);
}
