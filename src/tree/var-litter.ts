// What lies in /var after packages were configured and has no place in a commit: caches, indexes, logs, locks, secrets.

import type { Stats } from 'node:fs';
import { STATE_DIRECTORIES } from './state-layout.js';
import { isWhiteout } from './whiteout.js';

/** Directories that are kept while what they hold is not. */
const EMPTIED = new Set([
  '/var/backups',
  '/var/cache/apt',
  '/var/cache/fontconfig',
  '/var/cache/ldconfig',
  '/var/cache/man',
  '/var/crash',
  '/var/lib/apt/lists',
  '/var/lib/apt/periodic',
  '/var/tmp',
]);

/** Gone whole: state that the tree holds elsewhere, and what each machine must make for itself. */
const DROPPED = new Set([
  ...STATE_DIRECTORIES.map((each) => each.path),
  '/var/.updated',
  '/var/lib/NetworkManager/secret_key',
  '/var/lib/NetworkManager/seen-bssids',
  '/var/lib/apt/extended_states',
  '/var/lib/dbus/machine-id',
  '/var/lib/logrotate/status',
  '/var/lib/systemd/catalog/database',
  '/var/lib/systemd/credential.secret',
  '/var/lib/systemd/random-seed',
  '/var/lib/urandom/random-seed',
]);

export function dropsContents(path: string): boolean {
  return EMPTIED.has(path);
}

export function dropsPath(path: string, stat: Stats): boolean {
  if (DROPPED.has(path) || stat.isSocket()) return true;
  if (isWhiteout(stat)) return true;
  return path.startsWith('/var/log/') && !stat.isDirectory() && !stat.isSymbolicLink();
}
