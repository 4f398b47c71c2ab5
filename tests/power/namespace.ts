// Namespaces for the power tests: all processes in them die with the first, and mounts and loop devices go with those.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Begins a command line: what follows is killed as soon as whoever started it is gone. */
export const IN_NAMESPACES = [
  'setpriv',
  '--pdeathsig=KILL',
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--mount-proc',
  '--propagation=private',
  '--kill-child=SIGKILL',
] as const;

const DIRECTORY = '/run/power';

/** A directory in memory that nobody outside sees; all temporary files go there, too. */
export function privateMemory(): string {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1T,nr_inodes=0,mode=0755', 'power-tests', '/run']);
  mkdirSync(DIRECTORY, { mode: 0o700 });
  process.env['TMPDIR'] = DIRECTORY;
  return DIRECTORY;
}
