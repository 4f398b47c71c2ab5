// Lets one system call of a step go wrong, by strace on this very process and its children.

import childProcess, { type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type Plan, readTrace, trace } from './plan.js';

/** Bound before anybody watches what is spawned. */
const { spawn } = childProcess;

/** In the first life only: what goes wrong once shall be mended by the next. */
export async function withFault<Result>(plan: Plan, name: string, effect: () => Promise<Result>): Promise<Result> {
  const { fault } = plan;
  if (fault?.during !== name || readTrace(plan.trace).some(({ type }) => type === 'faulty')) return effect();
  trace(plan.trace, { type: 'faulty' });
  const tracer = await attach(fault, `${plan.trace}.calls`);
  try {
    return await effect();
  } finally {
    await detach(tracer);
  }
}

async function attach({ syscall, nth, effect }: Fault, calls: string): Promise<ChildProcess> {
  const log = `${calls}.log`;
  const fd = openSync(log, 'w');
  const way = effect === 'SIGKILL' ? 'signal=SIGKILL' : `error=${effect}`;
  const inject = nth === 0 ? [] : ['-e', `inject=${syscall}:${way}:when=${nth}`];
  const args = ['-f', '-qq', '-o', calls, '-e', `trace=${syscall}`, ...inject, '-p', String(process.pid)];
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', fd], detached: true });
  closeSync(fd);
  while (tracerOf(process.pid) === 0) {
    if (tracer.exitCode !== null) throw new Error(`strace ended: ${readFileSync(log, 'utf8')}`);
    await sleep(5);
  }
  return tracer;
}

async function detach(tracer: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => tracer.once('exit', resolve));
  tracer.kill('SIGINT');
  await ended;
}

function tracerOf(pid: number): number {
  return Number(/^TracerPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
