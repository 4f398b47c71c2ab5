// What a machine makes for itself and a commit must not carry: identities, secrets, locks, backups of account files.

import { existsSync, lstatSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ETC_FILES = [
  ...['.pwd.lock', 'adjtime', 'hostid', 'hostname', 'mtab.new', 'resolv.conf'],
  ...['group-', 'gshadow-', 'passwd-', 'shadow-', 'subgid-', 'subuid-'],
  ...['ssl/private/ssl-cert-snakeoil.key', 'ssl/certs/ssl-cert-snakeoil.pem'],
];

/** Removes them below ETC, the tree's /etc or /usr/etc; gives the secrets among them, which something must make anew. */
export function stripMachineSpecific(etc: string): readonly string[] {
  const keys = namesIn(join(etc, 'ssh')).filter((name) => /^ssh_host_\w+_key(\.pub)?$/.test(name));
  const files = [...ETC_FILES, ...keys.map((name) => `ssh/${name}`)].filter((file) =>
    lstatSync(join(etc, file), { throwIfNoEntry: false }),
  );
  for (const file of files) rmSync(join(etc, file));
  stripCertificateLinks(join(etc, 'ssl/certs'));
  return files.filter((file) => /(_key|\.key)$/.test(file)).map((file) => `/etc/${file}`);
}

/** The hash links that c_rehash made to a certificate which is gone. */
function stripCertificateLinks(certificates: string): void {
  for (const name of namesIn(certificates)) {
    const link = join(certificates, name);
    if (!lstatSync(link).isSymbolicLink()) continue;
    if (readlinkSync(link) === 'ssl-cert-snakeoil.pem') rmSync(link);
  }
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
