// The programs under test: the bundles that users run, from `dist/` of the checkout unless APT_OSTREE_PROGRAMS names another directory.

import { resolve } from 'node:path';

export const PROGRAMS = resolve(process.env['APT_OSTREE_PROGRAMS'] ?? 'dist');

export function program(name: 'apt-ostree' | 'apt-ostreed'): string {
  return `${PROGRAMS}/${name}`;
}
