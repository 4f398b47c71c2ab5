// Which system calls go wrong, and how: told from those that an undisturbed run makes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from './plan.js';

type Effect = Fault['effect'];

const CREATES: readonly Effect[] = ['ENOSPC', 'EROFS', 'EIO'];
const REMOVES: readonly Effect[] = ['EROFS', 'EIO'];
const WRITES: readonly Effect[] = ['ENOSPC', 'EIO'];

/** Calls that change what is on disk or make it last, and the errors that each may end in. */
const ERRORS: Readonly<Record<string, readonly Effect[]>> = {
  ...group(WRITES, ['fsync', 'fdatasync', 'syncfs', 'write', 'pwrite64', 'ftruncate', 'fallocate']),
  ...group(WRITES, ['copy_file_range', 'sendfile']),
  ...group(CREATES, ['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat']),
  ...group(CREATES, ['mkdir', 'mkdirat', 'mount']),
  ...group(REMOVES, ['unlink', 'unlinkat', 'rmdir', 'umount2']),
};

export const SYSTEM_CALLS: readonly string[] = Object.keys(ERRORS);

/**
 * All: death at six of the same call's many, from the first to the last, and every error at the first. By turns: one death
 * and one error, at the first, the last or one in the middle.
 */
export type Sampling = 'all' | 'by turns';

/** What was written down of each work's system calls. */
export type Calls = ReadonlyMap<string, string>;

export function readCalls(directory: string): Calls {
  const works = readdirSync(directory).filter((name) => !name.endsWith('.errors'));
  return new Map(works.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

/** For each work and each call that it makes. */
export function faultsIn(calls: Calls, sampling: Sampling): readonly Fault[] {
  let turn = 0;
  return [...calls].flatMap(([during, lines]) =>
    [...ordinals(lines)].flatMap(([syscall, places]) => {
      const fault = (nth: number, effect: Effect): Fault => ({ during, syscall, nth, effect });
      const errors = ERRORS[syscall] ?? [];
      turn += 1;
      if (sampling === 'by turns')
        return [
          fault(byTurns(sampled(places, 3), turn) ?? 1, 'SIGKILL'),
          fault(byTurns(sampled(places, 3), turn + 1) ?? 1, byTurns(errors, turn) ?? 'EIO'),
        ];
      const deaths = sampled(places, 6).map((nth) => fault(nth, 'SIGKILL'));
      return [...deaths, ...errors.map((error) => fault(places[0] ?? 1, error))];
    }),
  );
}

function byTurns<Item>(items: readonly Item[], turn: number): Item | undefined {
  return items[turn % items.length];
}

/** By system call, which calls go to the disk, counted by thread as strace counts: those of the thread that makes most. */
function ordinals(lines: string): ReadonlyMap<string, readonly number[]> {
  const made = new Map<string, number>();
  const places = new Map<string, readonly number[]>();
  for (const line of lines.split('\n')) {
    const [, thread, syscall, first] = /^(\d+) +(\w+)\(([^,)]*)/.exec(line) ?? [];
    if (thread === undefined || syscall === undefined) continue;
    const key = `${syscall} ${thread}`;
    const count = (made.get(key) ?? 0) + 1;
    made.set(key, count);
    if (goesToDisk(first ?? '')) places.set(key, [...(places.get(key) ?? []), count]);
  }
  return longest(places);
}

/** Not to a pipe, a socket, a device, or one of the kernel's own files. */
function goesToDisk(first: string): boolean {
  const target = /^\d+<(.*)>$/.exec(first)?.[1];
  return target === undefined || (target.startsWith('/') && !/^\/(dev|proc|sys)\//.test(target));
}

function longest(places: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, readonly number[]> {
  const most = new Map<string, readonly number[]>();
  for (const [key, own] of places) {
    const syscall = key.split(' ')[0] ?? '';
    if (own.length > (most.get(syscall)?.length ?? 0)) most.set(syscall, own);
  }
  return most;
}

function sampled(places: readonly number[], count: number): readonly number[] {
  if (places.length <= count) return places;
  const step = (places.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => places[Math.round(index * step)] ?? 1);
}

function group(errors: readonly Effect[], names: readonly string[]): Readonly<Record<string, readonly Effect[]>> {
  return Object.fromEntries(names.map((name) => [name, errors]));
}
