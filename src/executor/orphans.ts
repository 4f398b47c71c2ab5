// Ends what a dead executor left running. The kernel kills most of it along with the executor; but bubblewrap, while it sets a
// sandbox up, has a child that waits for it and would wait forever, with the executor's lock in its hands.

import { fstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';

interface Holder {
  readonly pid: number;
  /** The process that took the lock, which this one may have inherited. */
  readonly taker: number;
}

/** FD: the lock's file, open but not locked. Nobody is touched while whoever took the lock is alive. */
export function killOrphans(fd: number): void {
  const holders = holdersOf(fstatSync(fd));
  const orphans = holders.filter(({ taker }) => !holders.some(({ pid }) => pid === taker));
  for (const { pid } of orphans) unlessGone(() => process.kill(pid, 'SIGKILL'));
}

function holdersOf(file: Stats): readonly Holder[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.flatMap((pid) => (unlessGone(() => takers(pid, file)) ?? []).map((taker) => ({ pid, taker })));
}

/** Who took the locks on FILE that a process holds. */
function takers(pid: number, file: Stats): readonly number[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const open = unlessGone(() => statSync(`/proc/${pid}/fd/${fd}`));
    if (open?.dev !== file.dev || open.ino !== file.ino) return [];
    const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
    const taker = /^lock:.* FLOCK .* WRITE (\d+) /m.exec(info)?.[1];
    return taker === undefined ? [] : [Number(taker)];
  });
}

/** Null for processes and descriptors that have gone since they were listed, and for those that root may not look into. */
function unlessGone<Result>(look: () => Result): Result | null {
  try {
    return look();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return null;
    throw error;
  }
}
