// Where OSTree looks for kernels: Debian's /boot files move beside their modules.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Files of /boot that belong to a kernel, and their names in its modules directory. */
const MOVES: readonly (readonly [prefix: string, name: string])[] = [
  ['vmlinuz-', 'vmlinuz'],
  ['config-', 'config'],
  ['System.map-', 'System.map'],
];

/** Left by Debian's kernel packages; the boot loader entries that OSTree writes take their place. */
const LINKS = ['vmlinuz', 'vmlinuz.old', 'initrd.img', 'initrd.img.old'];

/**
 * Moves the kernels of ROOT's /boot to /usr/lib/modules/RELEASE and drops initramfs images a package hook made.
 * Works on a whole tree and on an overlay's upper directory; gives the releases moved.
 */
export function moveKernels(root: string): readonly string[] {
  for (const name of LINKS)
    for (const directory of ['', 'boot']) rmSync(join(root, directory, name), { recursive: true, force: true });
  const boot = join(root, 'boot');
  if (!existsSync(boot)) return [];
  const moved: string[] = [];
  for (const name of readdirSync(boot)) {
    if (name.startsWith('initrd.img-')) rmSync(join(boot, name), { recursive: true });
    for (const [prefix, target] of MOVES) {
      if (!name.startsWith(prefix)) continue;
      const release = name.slice(prefix.length);
      const modules = join(root, 'usr/lib/modules', release);
      mkdirSync(modules, { recursive: true });
      renameSync(join(boot, name), join(modules, target));
      if (target === 'vmlinuz') moved.push(release);
    }
  }
  return moved.sort();
}

/** Releases in a tree that have a kernel in OSTree's place. */
export function kernelReleases(root: string): readonly string[] {
  const modules = join(root, 'usr/lib/modules');
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((release) => existsSync(join(modules, release, 'vmlinuz')))
    .sort();
}
