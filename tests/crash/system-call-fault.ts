// Lets one system call of a piece of work go wrong, or writes all of them down, by strace on this very process and its children.

import childProcess, { type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { sleepMs } from './crash-points.js';
import { callsFile, type Fault, type Plan, readTrace, trace } from './plan.js';
import { SYSTEM_CALLS } from './system-calls.js';

/** Bound before anybody watches what is spawned. */
const { spawn } = childProcess;

export async function withFault<Result>(plan: Plan, name: string, effect: () => Promise<Result>): Promise<Result> {
  const tracer = attachFor(plan, name);
  try {
    return await effect();
  } finally {
    if (tracer !== null) detach(tracer);
  }
}

export function withFaultAtOnce<Result>(plan: Plan, name: string, effect: () => Result): Result {
  const tracer = attachFor(plan, name);
  try {
    return effect();
  } finally {
    if (tracer !== null) detach(tracer);
  }
}

/** Each work once, and so in the first life only: what goes wrong once shall be mended by the next. */
function attachFor({ fault, recordsCalls, trace: file }: Plan, name: string): ChildProcess | null {
  const calls = callsFile(file, name);
  if (recordsCalls && !existsSync(calls)) return attach(calls, null);
  if (fault?.during !== name || readTrace(file).some(({ type }) => type === 'faulty')) return null;
  trace(file, { type: 'faulty' });
  return attach(calls, fault);
}

function attach(calls: string, fault: Fault | null): ChildProcess {
  const errors = `${calls}.errors`;
  const fd = openSync(errors, 'w');
  const args = ['-f', '-q', '-y', '-o', calls, ...filters(fault), '-p', String(process.pid)];
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', fd], detached: true, env: {} });
  closeSync(fd);
  while (!tracers().every((pid) => pid !== 0)) {
    const said = readFileSync(errors, 'utf8');
    if (said !== '') throw new Error(`strace: ${said}`);
    sleepMs(2);
  }
  return tracer;
}

/** Whether the call was made at all: which thread makes how many depends on chance, too. */
export function cameToPass({ fault, trace: file }: Pick<Plan, 'fault' | 'trace'>): boolean {
  const calls = fault === null ? '' : callsFile(file, fault.during);
  return existsSync(calls) && /INJECTED|killed by SIGKILL/.test(readFileSync(calls, 'utf8'));
}

/** Without a fault, everything is written down; `?` lets pass what this architecture does not have. */
function filters(fault: Fault | null): readonly string[] {
  if (fault === null) return ['-e', `trace=${SYSTEM_CALLS.map((name) => `?${name}`).join(',')}`];
  const { syscall, nth, effect } = fault;
  const way = effect === 'SIGKILL' ? 'signal=SIGKILL' : `error=${effect}`;
  return ['-e', `trace=${syscall}`, '-e', `inject=${syscall}:${way}:when=${nth}`];
}

/** Our event loop would hear of its end too late: nothing of the next work may be traced. */
function detach(tracer: ChildProcess): void {
  tracer.kill('SIGINT');
  while (tracers().some((pid) => pid !== 0)) sleepMs(2);
}

/** Who traces each of this process's threads; 0 for nobody. */
function tracers(): readonly number[] {
  return readdirSync('/proc/self/task').map((thread) =>
    Number(/^TracerPid:\s+(\d+)$/m.exec(readFileSync(`/proc/self/task/${thread}/status`, 'utf8'))?.[1] ?? 0),
  );
}
