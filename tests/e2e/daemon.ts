// apt-ostreed as a test holds it: started on a bus, killed, started again.

import type { PrivateBus } from '../dbus/private-bus.js';
import { run, Started, until } from './commands.js';
import { program } from './programs.js';

export const NAME = 'org.projectatomic.aptostree1';

export interface DaemonOptions {
  readonly bus: PrivateBus;
  readonly sysroot: string;
  /** Further options of its command line. */
  readonly args?: readonly string[];
}

/** A line of its log. */
export interface LogLine {
  readonly msg: string;
  readonly step?: string;
  readonly direction?: string;
  readonly transaction?: string;
  readonly durationMs?: number;
  readonly attempt?: number;
}

export class Daemon {
  readonly started: Started;
  readonly #bus: PrivateBus;

  /** Returns once it has its name, which is after it has recovered. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    await until(
      () => daemon.#hasName(),
      () => `the daemon's name: ${daemon.started.stderr}`,
    );
    return daemon;
  }

  private constructor({ bus, sysroot, args = [] }: DaemonOptions) {
    this.#bus = bus;
    const argv = [program('apt-ostreed'), '--sysroot', sysroot, '--socket-directory', `${bus.directory}/run`, ...args];
    this.started = new Started(argv, { env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address }, timeoutMs: 900_000 });
  }

  get pid(): number {
    return this.started.pid;
  }

  get running(): boolean {
    const { exitCode, signalCode } = this.started.child;
    return exitCode === null && signalCode === null;
  }

  log(): readonly LogLine[] {
    const lines = this.started.stderr.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  async kill(): Promise<void> {
    this.started.signal('SIGKILL');
    await this.started.ended;
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.started.signal('SIGTERM');
    await this.started.ended;
  }

  async #hasName(): Promise<boolean> {
    if (!this.running) {
      const { status, stderr } = await this.started.ended;
      throw new Error(`apt-ostreed ended with ${status}: ${stderr}`);
    }
    const call = ['org.freedesktop.DBus', '/', 'org.freedesktop.DBus', 'NameHasOwner', 's', NAME];
    const { stdout } = await run(['busctl', `--address=${this.#bus.address}`, 'call', ...call], { timeoutMs: 10_000 });
    return stdout.trim() === 'b true';
  }
}
