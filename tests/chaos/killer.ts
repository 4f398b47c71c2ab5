// Kills, and cancels, at moments that nobody inside the programs has a say in.

import { setTimeout as sleep } from 'node:timers/promises';
import { AptOstreeError } from '../../src/model/errors.js';
import type { Lane } from '../crash/lane.js';
import type { Meddle } from '../crash/lives.js';
import { readTrace, trace } from '../crash/plan.js';
import { descendantsOf } from '../e2e/processes.js';
import type { Kill, Round } from './rounds.js';

interface TimedKill extends Omit<Kill, 'after'> {
  readonly afterMs: number;
}

type Transaction = Parameters<Meddle>[0];

/**
 * Kills that a life leaves over, since it ends before them, are for the next.
 * @param unitMs how long an undisturbed install takes
 */
export function meddler(lane: Lane, { kills, isEarly, cancelAfter }: Round, unitMs: number): Meddle {
  const waiting = kills.map(({ after, ...kill }) => ({ ...kill, afterMs: after * unitMs }));
  let lives = 0;
  return async (transaction, signal) => {
    lives += 1;
    const daemon = await daemonOf(lane, lives, signal);
    if (daemon === null) return;
    const opened = lives > 1 ? Promise.resolve() : openedOf(transaction, signal);
    const target = { lane, daemon, signal };
    const striking = isEarly ? strikeAll(waiting, target) : opened.then(() => strikeAll(waiting, target));
    if (lives === 1 && cancelAfter !== null) await opened.then(() => cancel(transaction, cancelAfter * unitMs, signal));
    await striking;
  };
}

async function openedOf(transaction: Transaction, signal: AbortSignal): Promise<void> {
  while (transaction() === null && (await passes(2, signal)));
}

/** Process id of the daemon of this life, once it has begun; null when the life is over before that. */
async function daemonOf(lane: Lane, lives: number, signal: AbortSignal): Promise<number | null> {
  for (;;) {
    const begun = readTrace(lane.traceFile).filter((line) => line.type === 'life')[lives - 1];
    if (begun?.type === 'life') return begun.pid;
    if (!(await passes(5, signal))) return null;
  }
}

interface Target {
  readonly lane: Lane;
  readonly daemon: number;
  readonly signal: AbortSignal;
}

async function strikeAll(waiting: TimedKill[], target: Target): Promise<void> {
  for (;;) {
    const [kill] = waiting;
    if (kill === undefined || !(await passes(kill.afterMs, target.signal))) return;
    waiting.shift();
    strike(kill, target);
    if (kill.victim === 'daemon' || kill.victim === 'group') return;
  }
}

/** False when the life ended before. */
async function passes(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return sleep(milliseconds, true, { signal }).catch(() => false);
}

function strike({ afterMs, victim, pick }: TimedKill, { lane, daemon }: Target): void {
  const below = descendantsOf(daemon);
  const [executor] = below;
  const children = below.slice(1);
  const child = children[Math.floor(pick * children.length)];
  const found = {
    daemon: [daemon],
    executor: executor === undefined ? [] : [executor.pid],
    child: child === undefined ? [] : [child.pid],
    group: [daemon, ...below.map(({ pid }) => pid)],
  }[victim];
  if (found.length === 0) return;
  const whom = victim === 'child' ? ` ${child?.name}` : '';
  trace(lane.traceFile, { type: 'struck', at: `random moment, ${Math.round(afterMs)} ms${whom}`, victim });
  for (const pid of found) killUnlessGone(pid);
}

function killUnlessGone(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Too early and too late are as good as any other moment. */
async function cancel(transaction: Transaction, afterMs: number, signal: AbortSignal): Promise<void> {
  if (!(await passes(afterMs, signal))) return;
  await transaction()
    ?.cancel()
    .catch((error: unknown) => {
      if (!(error instanceof AptOstreeError && ['wrong-state', 'daemon-unreachable'].includes(error.code))) throw error;
    });
}
