// Runs other programs: own process group, clean environment, bounded output, a deadline, and a kill that reaches grandchildren.

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { AptOstreeError, type ErrorCode } from '../model/errors.js';
import { type Output, readOutput } from './process-output.js';

export type OutputStream = 'stdout' | 'stderr';

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to a clean environment of PATH and LC_ALL only; nothing of our own environment leaks in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Text or bytes for standard input; without it the program reads end of file. */
  readonly stdin?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((stream: OutputStream, line: string) => void) | undefined;
  /** Descriptors of ours that the program gets as 3, 4, …, e.g. a lock it shall keep held. */
  readonly inheritFds?: readonly number[];
  readonly deadlineMs?: number;
  /** Time between SIGTERM, or SIGKILL of the child, and SIGKILL of the group. */
  readonly killGraceMs?: number;
  /**
   * Ends the program by SIGKILL of its own child, for one that waits for all its child left behind: killed itself, it
   * would be gone before they are. Default: the group is told to end.
   */
  readonly endThroughChild?: boolean;
  /** How much of each stream is kept, counted from its end. */
  readonly outputLimitBytes?: number;
  /** What the user reads of a failure: "cannot TASK: reason". Default: "run PROGRAM". */
  readonly task?: string;
}

export interface ProcessResult {
  /** Exit status; 128 + signal number where a signal ended it, as shells count. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** True when the beginning of a stream was dropped: do not parse it then. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

export interface CheckedOptions extends ProcessOptions {
  readonly code?: ErrorCode;
}

export const CLEAN_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
};

const DEFAULT_KILL_GRACE_MS = 3000;
const DEFAULT_OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024;

/** Runs a program to its end, whatever its status. @throws cancelled, deadline-exceeded; command-failed when it cannot start */
export async function run(options: ProcessOptions): Promise<ProcessResult> {
  refuseWhenAborted(options);
  const startedAtMs = performance.now();
  const child = start(options);
  const watch = watchChild(child, options);
  try {
    const limitBytes = options.outputLimitBytes ?? DEFAULT_OUTPUT_LIMIT_BYTES;
    const stdout = capture('stdout', child.stdout, { limitBytes, onLine: options.onLine });
    const stderr = capture('stderr', child.stderr, { limitBytes, onLine: options.onLine });
    const status = await watch.ended;
    if (watch.killedFor() !== null) throw interruption(options, watch.killedFor());
    return {
      status,
      stdout: stdout.text(),
      stderr: stderr.text(),
      truncated: stdout.truncated() || stderr.truncated(),
      durationMs: performance.now() - startedAtMs,
    };
  } finally {
    watch.stop();
  }
}

/** Runs a program that must end with status 0. @throws command-failed (or `code`) with the last line of its standard error */
export async function runChecked(options: CheckedOptions): Promise<ProcessResult> {
  const result = await run(options);
  if (result.status === 0) return result;
  const task = options.task ?? `run ${basename(options.command)}`;
  throw new AptOstreeError(options.code ?? 'command-failed', `cannot ${task}: ${failureReason(result)}`);
}

/** The line a program most likely meant as its error: the last that says so, else the last. */
export function failureReason(result: ProcessResult): string {
  const text = result.stderr.trim() === '' ? result.stdout : result.stderr;
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.findLast((each) => /^(E:|error|fatal|\S+: (fatal|error|cannot))/i.test(each)) ?? lines.at(-1);
  if (line === undefined) return `it ended with status ${result.status}`;
  return line.replace(/^(E|error|fatal):\s*/i, '');
}

function start(options: ProcessOptions): ChildProcess {
  const input = options.stdin === undefined ? 'ignore' : 'pipe';
  const stdio: StdioOptions = [input, 'pipe', 'pipe', ...(options.inheritFds ?? [])];
  const env = { ...CLEAN_ENVIRONMENT, ...options.env };
  // `detached` is setsid: the child leads a group of its own, and no terminal's Ctrl-C reaches it before we decide
  const child = spawn(options.command, options.args, { cwd: options.cwd, env, stdio, detached: true });
  if (options.stdin !== undefined) {
    // a program may end without reading its input; its status tells whether that was an error
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.stdin);
  }
  return child;
}

function capture(
  name: OutputStream,
  stream: Readable | null,
  to: { readonly limitBytes: number; readonly onLine: ProcessOptions['onLine'] },
): Output {
  if (stream === null) throw new AptOstreeError('internal', `internal error: a child has no ${name}`);
  const { onLine } = to;
  return readOutput(stream, { limitBytes: to.limitBytes, onLine: onLine && ((line) => onLine(name, line)) });
}

type Interruption = 'abort' | 'deadline';

interface Watch {
  readonly ended: Promise<number>;
  readonly killedFor: () => Interruption | null;
  readonly stop: () => void;
}

/** Waits for the child, ending its group on abort and deadline. */
function watchChild(child: ChildProcess, options: ProcessOptions): Watch {
  const graceMs = options.killGraceMs ?? DEFAULT_KILL_GRACE_MS;
  const timers: NodeJS.Timeout[] = [];
  let reason: Interruption | null = null;
  const interrupt = (why: Interruption): void => {
    if (reason !== null) return;
    reason = why;
    if (options.endThroughChild !== true || !killChildren(child)) killGroup(child, 'SIGTERM');
    timers.push(setTimeout(() => killGroup(child, 'SIGKILL'), graceMs));
  };
  const onAbort = (): void => interrupt('abort');
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.deadlineMs !== undefined) timers.push(setTimeout(() => interrupt('deadline'), options.deadlineMs));
  return {
    // what outlives a program that was told to end has heard it, too: it gets no time of its own
    ended: endOf(child, options, (afterMs, then) => timers.push(setTimeout(then, reason === null ? afterMs : 0))),
    killedFor: () => reason,
    stop: () => {
      options.signal?.removeEventListener('abort', onAbort);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function endOf(
  child: ChildProcess,
  options: ProcessOptions,
  later: (afterMs: number, then: () => void) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => reject(startFailure(options, cause)));
    child.on('close', (status, signal) => resolve(statusOf(status, signal)));
    // somebody the program left behind may hold its output open: such stragglers end with it
    child.on('exit', () => later(options.killGraceMs ?? DEFAULT_KILL_GRACE_MS, () => dropStragglers(child)));
  });
}

function dropStragglers(child: ChildProcess): void {
  killGroup(child, 'SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: the whole group is gone already, which is what was asked for
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** False when it has none, or none any more. */
function killChildren({ pid }: ChildProcess): boolean {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    if (children === '') return false;
    for (const each of children.split(' ')) process.kill(Number(each), 'SIGKILL');
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    // gone meanwhile, or a kernel that keeps no list of children
    if (code === 'ESRCH' || code === 'ENOENT') return false;
    throw error;
  }
}

function statusOf(status: number | null, signal: NodeJS.Signals | null): number {
  if (status !== null) return status;
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}

function refuseWhenAborted(options: ProcessOptions): void {
  if (options.signal?.aborted) throw interruption(options, 'abort');
}

function interruption({ command, task, deadlineMs }: ProcessOptions, reason: Interruption | null): AptOstreeError {
  const doing = task ?? `finish ${basename(command)}`;
  if (reason === 'deadline')
    return new AptOstreeError('deadline-exceeded', `cannot ${doing}: it ran longer than ${(deadlineMs ?? 0) / 1000} s`);
  return new AptOstreeError('cancelled', `cannot ${doing}: cancelled`);
}

function startFailure({ command }: ProcessOptions, cause: Error): AptOstreeError {
  const missing = 'code' in cause && cause.code === 'ENOENT';
  const reason = missing ? 'no such program' : cause.message;
  return new AptOstreeError('command-failed', `cannot run ${basename(command)}: ${reason}`, { cause });
}
