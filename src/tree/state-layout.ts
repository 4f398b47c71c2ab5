// Which package state lives in the tree, below /usr/lib/sysimage, so that each deployment answers for itself and a
// rollback rolls it back with the files it describes.

import { posix } from 'node:path';

export interface StateDirectory {
  /** Directory name below /usr/lib/sysimage. */
  readonly name: string;
  /** Where Debian's tools look for it; tmpfiles.d makes that a symlink. */
  readonly path: string;
}

/** Directories of the tree (as opposed to a machine's state); absolute, as seen in the tree. */
export const SYSIMAGE = '/usr/lib/sysimage';

export const STATE_DIRECTORIES: readonly StateDirectory[] = [
  { name: 'dpkg', path: '/var/lib/dpkg' },
  { name: 'debconf', path: '/var/cache/debconf' },
  { name: 'pam', path: '/var/lib/pam' },
  { name: 'ucf', path: '/var/lib/ucf' },
  { name: 'sgml-base', path: '/var/lib/sgml-base' },
  { name: 'xml-core', path: '/var/lib/xml-core' },
  { name: 'dictionaries-common', path: '/var/lib/dictionaries-common' },
  { name: 'emacsen-common', path: '/var/lib/emacsen-common' },
  { name: 'dkms', path: '/var/lib/dkms' },
  { name: 'deb-systemd-helper-enabled', path: '/var/lib/systemd/deb-systemd-helper-enabled' },
  { name: 'deb-systemd-helper-masked', path: '/var/lib/systemd/deb-systemd-helper-masked' },
  { name: 'deb-systemd-user-helper-enabled', path: '/var/lib/systemd/deb-systemd-user-helper-enabled' },
  { name: 'deb-systemd-user-helper-masked', path: '/var/lib/systemd/deb-systemd-user-helper-masked' },
];

/** apt's marks of automatically installed packages; apt renames over the file, so apt.conf names the place, not a link. */
export const EXTENDED_STATES = `${SYSIMAGE}/apt/extended_states`;

/** Content of the symlink at `path`. */
export function stateLinkTarget({ name, path }: StateDirectory): string {
  return posix.relative(posix.dirname(path), `${SYSIMAGE}/${name}`);
}

/** Files below the state directories that a tool leaves behind and nobody reads: never in a commit. */
export const STATE_LITTER: readonly string[] = [
  `${SYSIMAGE}/dpkg/lock`,
  `${SYSIMAGE}/dpkg/lock-frontend`,
  `${SYSIMAGE}/dpkg/triggers/Lock`,
  `${SYSIMAGE}/dpkg/status-old`,
  `${SYSIMAGE}/dpkg/available-old`,
  `${SYSIMAGE}/dpkg/diversions-old`,
  `${SYSIMAGE}/dpkg/statoverride-old`,
  `${SYSIMAGE}/debconf/config.dat-old`,
  `${SYSIMAGE}/debconf/templates.dat-old`,
  `${SYSIMAGE}/debconf/passwords.dat-old`,
  `${SYSIMAGE}/sgml-base/supercatalog.old`,
];
