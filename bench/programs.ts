// The bundled programs, as users run them.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DIRECTORY = resolve(process.env['APT_OSTREE_PROGRAMS'] ?? 'dist');

export function program(name: 'apt-ostree' | 'apt-ostreed'): string {
  const path = join(DIRECTORY, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run "npm run build"`);
  return path;
}
