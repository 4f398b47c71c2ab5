// The process table, as /proc has it.

import { readdirSync, readFileSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** First 15 characters of the program's name. */
  readonly name: string;
  readonly commandLine: string;
}

export function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const found = processAt(Number(name));
      return found === null ? [] : [found];
    });
}

export function childrenOf(pid: number): readonly Process[] {
  return processes().filter((each) => each.parent === pid);
}

/** Nearest first. */
export function descendantsOf(pid: number): readonly Process[] {
  const all = processes();
  const found: Process[] = [];
  let generation = all.filter((each) => each.parent === pid);
  while (generation.length > 0) {
    found.push(...generation);
    const parents = new Set(generation.map((each) => each.pid));
    generation = all.filter((each) => parents.has(each.parent));
  }
  return found;
}

/** Null when it has ended since, or has only its parent left to tell. */
function processAt(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, name = '', state, parent] = /^\d+ \((.*)\) (\S) (\d+) /s.exec(stat) ?? [];
    if (parent === undefined || state === 'Z') return null;
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    return { pid, parent: Number(parent), name, commandLine };
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null;
    throw error;
  }
}
