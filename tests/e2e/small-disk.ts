// A sysroot on a small ext4 filesystem of its own, to run out of space in.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeSysroot } from '../../src/compose/compose-sysroot.js';
import { baseRepo } from '../machine/base.js';
import type { StandingSysroot } from './stand.js';

export interface SmallDisk extends StandingSysroot {
  /** Leaves this much to write. */
  fill(leaveBytes: number): void;
  free(): void;
}

export async function smallDisk(sizeMegabytes: number): Promise<SmallDisk> {
  const directory = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const image = join(directory, 'image');
  const path = join(directory, 'sysroot');
  // the disk is in memory: what is tested is how full it is, not how slow
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', directory]);
  mkdirSync(path);
  execFileSync('truncate', ['-s', `${sizeMegabytes}M`, image]);
  // without reserved blocks root runs out of space as anybody does
  execFileSync('mkfs.ext4', ['-q', '-m', '0', image]);
  execFileSync('mount', ['-o', 'loop', image, path]);
  const remove = (): void => {
    // lazily: namespaces that were made meanwhile may hold copies of these mounts for a moment
    execFileSync('umount', ['--lazy', path]);
    execFileSync('umount', ['--lazy', directory]);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const { path: repo, ref, commit } = await baseRepo();
    const kargs = ['root=LABEL=root', 'rw'];
    composeSysroot({ path, repo, ref, stateroot: 'debian', kargs, bootloader: 'none' });
    return { path, commit, remove, ...ballast(path) };
  } catch (error) {
    remove();
    throw error;
  }
}

function ballast(path: string): Pick<SmallDisk, 'fill' | 'free'> {
  const file = join(path, 'ballast');
  const free = (): void => rmSync(file, { force: true });
  return {
    free,
    fill: (leaveBytes) => {
      free();
      const { bavail, bsize } = statfsSync(path);
      // fails when the last blocks are spent on what describes the file: then it is as full as can be
      spawnSync('fallocate', ['-l', String(bavail * bsize - leaveBytes), file]);
    },
  };
}
