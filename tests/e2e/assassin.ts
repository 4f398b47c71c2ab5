// Kills a part of apt-ostree at a moment of a running transaction.

import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './commands.js';
import type { Daemon, LogLine } from './daemon.js';
import type { Moment } from './kill-moments.js';
import { descendantsOf, type Process } from './processes.js';

/** How long each step takes undisturbed, in milliseconds. */
export type Durations = ReadonlyMap<Moment['step'], number>;

export interface Kill {
  /** What was killed, for the record; null when the step was over before anybody was found. */
  readonly killed: string | null;
  readonly atMs: number;
}

/** Waits for the moment in the daemon's log, from line FROM on, and strikes. */
export async function killAt(moment: Moment, daemon: Daemon, from: number, durations: Durations): Promise<Kill> {
  const lines = () => daemon.log().slice(from);
  await until(() => lines().some((line) => begins(line, moment.step)), `the beginning of ${moment.step}`, 60_000);
  await sleep((durations.get(moment.step) ?? 0) * moment.part);
  const victim = await find(moment, daemon, () => lines().some((line) => ends(line, moment.step)));
  if (victim === null) return { killed: null, atMs: Date.now() };
  try {
    process.kill(victim.pid, 'SIGKILL');
  } catch (error) {
    // it ended by itself within the last millisecond
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    return { killed: null, atMs: Date.now() };
  }
  if (victim.pid === daemon.pid) await daemon.started.ended;
  return { killed: `${victim.name} ${victim.pid}`, atMs: Date.now() };
}

export function durationsOf(log: readonly LogLine[], tidyMs: number): Durations {
  const steps = log.flatMap(({ msg, step, durationMs }) =>
    msg === 'step ends' && step !== undefined ? [[step as Moment['step'], durationMs ?? 0] as const] : [],
  );
  return new Map<Moment['step'], number>([...steps, ['tidy', tidyMs]]);
}

function begins({ msg, step }: LogLine, wanted: Moment['step']): boolean {
  return wanted === 'tidy' ? msg === 'transaction ended' : msg === 'step begins' && step === wanted;
}

function ends({ msg, step }: LogLine, wanted: Moment['step']): boolean {
  return msg === 'step ends' && step === wanted;
}

async function find({ victim, step }: Moment, daemon: Daemon, isOver: () => boolean): Promise<Process | null> {
  if (victim === 'daemon') return { pid: daemon.pid, parent: 0, name: 'apt-ostreed', commandLine: '' };
  const deadline = performance.now() + 2000;
  while (performance.now() < deadline) {
    const [executor, ...children] = descendantsOf(daemon.pid);
    if (executor === undefined && step === 'tidy') return null;
    if (victim === 'executor' && executor !== undefined) return executor;
    const child = step === 'tree.assemble' ? children.find(({ name }) => name === 'dpkg') : children.at(-1);
    if (victim === 'child' && child !== undefined) return child;
    if (isOver()) return null;
    await sleep(1);
  }
  return null;
}
