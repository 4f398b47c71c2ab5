// What a boot loader would find: an entry for each deployment, in their order, with a kernel, an initramfs and a root.

import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Lane } from './lane.js';

/** One line each; empty is good. */
export function unbootableEntries(lane: Lane): readonly string[] {
  const entries = entriesOf(lane.path);
  const booted = entries.map(({ deployment }) => basename(deployment ?? 'nothing'));
  const expected = lane.deployments().map(({ path }) => basename(path));
  const wrong = entries.flatMap(({ name, files }) =>
    files.filter((file) => !isFilled(file)).map((file) => `boot entry ${name} names ${file}, which is not there`),
  );
  return booted.join() === expected.join() ? wrong : [...wrong, `boot entries boot [${booted}], not [${expected}]`];
}

interface Entry {
  readonly name: string;
  /** Null when it names none, or one that is not there. */
  readonly deployment: string | null;
  readonly files: readonly string[];
}

/** The highest number boots. */
function entriesOf(sysroot: string): readonly Entry[] {
  const directory = join(sysroot, 'boot/loader/entries');
  const order = (name: string): number => Number(/-(\d+)(-\w+)?\.conf$/.exec(name)?.[1] ?? 0);
  const names = readdirSync(directory).sort((left, right) => order(right) - order(left));
  return names.map((name) => {
    const text = readFileSync(join(directory, name), 'utf8');
    const root = / ostree=(\S+)/.exec(text)?.[1];
    const place = root === undefined ? null : join(sysroot, root);
    return {
      name,
      deployment: place !== null && existsSync(place) ? realpathSync(place) : null,
      files: ['linux', 'initrd'].map((key) =>
        join(sysroot, 'boot', new RegExp(`^${key} (.+)$`, 'm').exec(text)?.[1] ?? `no ${key}`),
      ),
    };
  });
}

function isFilled(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
