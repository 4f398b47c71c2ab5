// Which deployment a boot loader would boot, read from the entries libostree wrote.

import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface BootEntry {
  readonly sysroot: string;
  /** Absolute directory of the deployment. */
  readonly deployment: string;
  readonly stateroot: string;
  readonly kargs: readonly string[];
}

export function defaultEntry(sysroot: string): BootEntry {
  const entries = join(sysroot, 'boot/loader/entries');
  // ostree-2-debian.conf before ostree-1-debian.conf: the highest number boots
  const order = (name: string): number => Number(/-(\d+)(-\w+)?\.conf$/.exec(name)?.[1] ?? 0);
  const [first] = readdirSync(entries).sort((left, right) => order(right) - order(left));
  if (first === undefined) throw new Error(`${sysroot} has no boot loader entry`);
  const options = /^options (.*)$/m.exec(readFileSync(join(entries, first), 'utf8'))?.[1] ?? '';
  const kargs = options.split(' ');
  const path = kargs.find((each) => each.startsWith('ostree='))?.slice('ostree='.length);
  if (path === undefined) throw new Error(`${first} boots no deployment`);
  const deployment = realpathSync(join(sysroot, path));
  return { sysroot: realpathSync(sysroot), deployment, stateroot: basename(dirname(dirname(deployment))), kargs };
}
