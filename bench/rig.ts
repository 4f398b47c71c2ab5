// A bus of our own with the real apt-ostreed on it, serving a sysroot; and the command line as a user would call it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect } from '../src/client/client.js';
import { killed, type PrivateBus, startBus } from '../tests/dbus/private-bus.js';
import { withoutChildren } from './processes.js';
import { program } from './programs.js';

export interface RunningDaemon {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Its log, a parsed line at a time. */
  readonly onLog: (listener: (entry: Readonly<Record<string, unknown>>) => void) => void;
}

export interface CliResult {
  readonly milliseconds: number;
  readonly output: string;
}

export class Rig implements AsyncDisposable {
  readonly sysroot: string;
  readonly bus: PrivateBus;
  #daemon: RunningDaemon | null = null;

  private constructor(sysroot: string, bus: PrivateBus) {
    this.sysroot = sysroot;
    this.bus = bus;
  }

  /** Ready when the daemon answers on the bus. */
  static async start(sysroot: string): Promise<Rig> {
    const rig = new Rig(sysroot, await startBus());
    rig.spawnDaemon();
    await rig.answering();
    return rig;
  }

  get daemon(): RunningDaemon {
    if (this.#daemon === null) throw new Error('no daemon was started');
    return this.#daemon;
  }

  spawnDaemon(): RunningDaemon {
    const socketDirectory = join(this.bus.directory, 'sockets');
    const child = spawn(program('apt-ostreed'), ['--sysroot', this.sysroot, '--socket-directory', socketDirectory], {
      env: this.#environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (child.pid === undefined || child.stderr === null) throw new Error('apt-ostreed could not be started');
    const lines = createInterface(child.stderr);
    const onLog: RunningDaemon['onLog'] = (listener) =>
      lines.on('line', (line) => {
        if (line.startsWith('{')) listener(JSON.parse(line) as Readonly<Record<string, unknown>>);
      });
    this.#daemon = { pid: child.pid, child, onLog };
    return this.#daemon;
  }

  /** Waits for the daemon's name on the bus. */
  async answering(): Promise<void> {
    for (;;) {
      if (this.daemon.child.exitCode !== null) throw new Error('apt-ostreed ended instead of serving');
      try {
        const client = await this.client();
        await client.status().finally(() => client.close());
        return;
      } catch {
        await sleep(20);
      }
    }
  }

  /** Until nothing runs for a transaction any more. */
  async idle(): Promise<void> {
    await withoutChildren(this.daemon.pid);
  }

  async client(): Promise<Client> {
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = this.bus.address;
    return connect({ sysroot: null, peer: false, clientId: 'bench', commandLine: 'bench', daemonProgram: '' });
  }

  /** Runs apt-ostree to its end; a status other than 0 is an error. */
  async cli(...args: readonly string[]): Promise<CliResult> {
    const startedAtMs = performance.now();
    const child = this.spawnCli(args);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
    const [status] = (await once(child, 'exit')) as [number | null];
    const milliseconds = performance.now() - startedAtMs;
    if (status !== 0) throw new Error(`apt-ostree ${args.join(' ')} ended with status ${status}:\n${output}`);
    return { milliseconds, output };
  }

  spawnCli(args: readonly string[]): ChildProcess {
    return spawn(program('apt-ostree'), args, { env: this.#environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async killDaemon(): Promise<void> {
    await killed(this.daemon.child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { child } = this.daemon;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await this.bus.stop();
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: this.bus.address };
  }
}
