// Keeps the package indexes and archives that tests downloaded, so that the next fresh sysroot starts with them.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const WAREHOUSE = resolve('scratch/cache/e2e');

interface Store {
  readonly kept: string;
  readonly inSysroot: string;
}

const APT: Store = { kept: join(WAREHOUSE, 'apt'), inSysroot: 'ostree/deploy/debian/var/lib/apt' };
const ARCHIVES: Store = { kept: join(WAREHOUSE, 'archives'), inSysroot: 'ostree/apt-ostree/archives' };

/** Gives a fresh sysroot what earlier ones had downloaded. */
export function supply(sysroot: string): void {
  for (const { kept, inSysroot } of [APT, ARCHIVES]) {
    if (!existsSync(kept)) continue;
    const target = join(sysroot, inSysroot);
    mkdirSync(dirname(target), { recursive: true });
    execFileSync('cp', ['-a', '--reflink=auto', '-T', kept, target]);
  }
}

/** Keeps what a sysroot has downloaded from the archive; what tests made themselves is of no use to others. */
export function store(sysroot: string): void {
  mkdirSync(ARCHIVES.kept, { recursive: true });
  const indexes = join(sysroot, APT.inSysroot);
  if (stampMs(indexes) > stampMs(APT.kept)) replace(indexes, APT.kept);
  const archives = join(sysroot, ARCHIVES.inSysroot);
  for (const name of existsSync(archives) ? readdirSync(archives) : [])
    if (/^[0-9a-f]{64}\.deb$/.test(name) && !existsSync(join(ARCHIVES.kept, name)))
      replace(join(archives, name), join(ARCHIVES.kept, name));
}

function stampMs(directory: string): number {
  return statSync(join(directory, 'apt-ostree-refreshed'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Under its name only when it is whole. */
function replace(from: string, to: string): void {
  const partial = `${to}.part${process.pid}`;
  execFileSync('cp', ['-a', '--reflink=auto', '-T', from, partial]);
  rmSync(to, { recursive: true, force: true });
  renameSync(partial, to);
}
