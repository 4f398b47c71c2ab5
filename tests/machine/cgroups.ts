// A cgroup per machine in each hierarchy, so that machines booted side by side do not share nspawn's `payload` group.

import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = '/sys/fs/cgroup';

/** Hybrid hosts have two hierarchies that systemd uses, others one. */
export function makeCgroups(scratch: string): readonly string[] {
  const hybrid = ['unified', 'systemd'].map((name) => join(ROOT, name)).filter((path) => existsSync(path));
  const made = (hybrid.length > 0 ? hybrid : [ROOT]).map((path) => join(path, `apt-ostree-${basename(scratch)}`));
  for (const path of made) mkdirSync(path);
  return made;
}

export async function removeCgroups(paths: readonly string[]): Promise<void> {
  for (const path of paths) await removeTree(path);
}

async function removeTree(path: string): Promise<void> {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) await removeTree(join(path, entry.name));
  for (let tries = 0; ; tries += 1) {
    try {
      return rmdirSync(path);
    } catch (error) {
      // the kernel needs a moment to let go of a group whose last process ended
      if (tries === 50) throw error;
      await sleep(20);
    }
  }
}
