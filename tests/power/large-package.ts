// A package that says of itself that it does not fit into this machine's memory, so that it is assembled on disk.

import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DebFactory } from '../layer/deb.js';

export const LARGE_PACKAGE = 'power-large';

const CLAIMED_KILOBYTES = 1024 * 1024;
/** Enough for small packages, too little for this one. */
const AVAILABLE_KILOBYTES = 1536 * 1024;

/** To the archive that the crash tests' packages lie in. */
export function addLargePackage(stateroot: string): void {
  const archive = join(stateroot, 'var/lib/crash-archive');
  using debs = new DebFactory();
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`usr/lib/${LARGE_PACKAGE}/${index}`, `${index}\n`.repeat(2000)]),
  );
  const scripts = { postinst: `echo made > /usr/lib/${LARGE_PACKAGE}/made` };
  const fields = { 'Installed-Size': String(CLAIMED_KILOBYTES) };
  const built = debs.build({ name: LARGE_PACKAGE, files, scripts, fields });
  copyFileSync(built, join(archive, `${LARGE_PACKAGE}.deb`));
  const index = execFileSync('dpkg-scanpackages', ['--multiversion', '.'], {
    cwd: archive,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  writeFileSync(join(archive, 'Packages'), index);
}

/** For all processes of this mount namespace. */
export function pretendLittleMemory(directory: string): void {
  const file = join(directory, 'meminfo');
  const text = readFileSync('/proc/meminfo', 'utf8');
  writeFileSync(file, text.replace(/^MemAvailable:.*$/m, `MemAvailable:   ${AVAILABLE_KILOBYTES} kB`));
  execFileSync('mount', ['--bind', file, '/proc/meminfo']);
}
