// Runs and watches real programs; each has a time limit, after which it is killed and the test fails with what it printed.

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Ran {
  /** 128 + signal number where a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly input?: string;
}

/** A program under way. */
export class Started {
  readonly ended: Promise<Ran>;
  readonly child: ChildProcess;
  #stdout = '';
  #stderr = '';

  constructor(argv: readonly string[], { env = {}, timeoutMs = 120_000, input }: RunOptions = {}) {
    const [program = '', ...args] = argv;
    this.child = spawn(program, args, {
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdin?.on('error', () => undefined).end(input ?? '');
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.ended = this.#end(argv.join(' '), timeoutMs);
    // whoever needs the end awaits it; until then a failure must not count as unhandled
    this.ended.catch(() => undefined);
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('the program did not start');
    return pid;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Waits until it has printed something. */
  async printed(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
    const said = () => this.#stdout + this.#stderr;
    await until(
      () => pattern.test(said()),
      () => `${pattern} in: ${said()}`,
      timeoutMs,
    );
  }

  #end(title: string, timeoutMs: number): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const said = () => `${title}\n${this.#stdout}${this.#stderr}`;
      const timer = setTimeout(() => {
        this.child.kill('SIGKILL');
        reject(new Error(`took longer than ${timeoutMs} ms: ${said()}`));
      }, timeoutMs);
      this.child.once('error', (error) => reject(new Error(`${error.message}: ${said()}`)));
      this.child.once('close', (status, signal) => {
        clearTimeout(timer);
        const code = status ?? 128 + (signal === null ? 0 : constants.signals[signal]);
        resolve({ status: code, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }
}

export function run(argv: readonly string[], options?: RunOptions): Promise<Ran> {
  return new Started(argv, options).ended;
}

/** Its standard output; any status but 0 is an error. */
export async function output(argv: readonly string[], options?: RunOptions): Promise<string> {
  const { status, stdout, stderr } = await run(argv, options);
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms in vain for ${typeof what === 'string' ? what : what()}`);
    await sleep(20);
  }
}
