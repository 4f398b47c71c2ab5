// A fresh sysroot with everything that serves it: what an end-to-end test stands on.

import { join } from 'node:path';
import type { DeploymentStatus, Status } from '../../src/client/client.js';
import type { EventRow, HistoryRow } from '../../src/journal/rows.js';
import type { PrivateBus } from '../dbus/private-bus.js';
import { type FreshSysroot, freshSysroot } from '../machine/base.js';
import { output, type Ran, type RunOptions, run, Started, until } from './commands.js';
import { Daemon, NAME } from './daemon.js';
import { childrenOf } from './processes.js';
import { program } from './programs.js';
import { startSystemBus } from './system-bus.js';
import { store, supply } from './warehouse.js';

export interface StandOptions {
  /** `bus`: a daemon on a system bus with polkit; `peer`: each command runs its own. */
  readonly serve: 'bus' | 'peer';
  /** Start without what earlier tests downloaded. */
  readonly cold?: boolean;
  /** Another place for the sysroot than a directory for temporary files. */
  readonly sysroot?: StandingSysroot;
}

export type StandingSysroot = Pick<FreshSysroot, 'path' | 'commit' | 'remove'>;

export const OS_PATH = '/org/projectatomic/aptostree1/OS/debian';

export class Stand {
  readonly sysroot: StandingSysroot;
  #bus: PrivateBus | null = null;
  #daemon: Daemon | null = null;

  static async open({ serve, cold = false, sysroot }: StandOptions): Promise<Stand> {
    const stand = new Stand(sysroot ?? (await freshSysroot()));
    try {
      if (!cold) supply(stand.path);
      if (serve === 'bus') {
        stand.#bus = await startSystemBus();
        await stand.startDaemon();
      }
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  private constructor(sysroot: StandingSysroot) {
    this.sysroot = sysroot;
  }

  get path(): string {
    return this.sysroot.path;
  }

  get bus(): PrivateBus {
    if (this.#bus === null) throw new Error('this stand has no bus');
    return this.#bus;
  }

  get daemon(): Daemon {
    if (this.#daemon === null) throw new Error('this stand has no daemon');
    return this.#daemon;
  }

  /** Environment in which programs find this bus. */
  get env(): Readonly<Record<string, string>> {
    return this.#bus === null ? {} : { DBUS_SYSTEM_BUS_ADDRESS: this.#bus.address };
  }

  get journalFile(): string {
    return join(this.path, 'ostree/deploy/debian/var/lib/apt-ostree/journal.db');
  }

  async startDaemon(...args: readonly string[]): Promise<Daemon> {
    this.#daemon = await Daemon.start({ bus: this.bus, sysroot: this.path, args });
    return this.#daemon;
  }

  /** Starts a command of ours, without waiting for its end. */
  start(...args: readonly string[]): Started {
    return new Started(this.#argv(args), { env: this.env, timeoutMs: 300_000 });
  }

  cli(...args: readonly string[]): Promise<Ran> {
    return this.start(...args).ended;
  }

  /** A command that must succeed; its standard output. */
  async done(...args: readonly string[]): Promise<string> {
    return output(this.#argv(args), { env: this.env, timeoutMs: 300_000 });
  }

  /** Any program with this bus as the system bus, as root or as USER. */
  program(argv: readonly string[], { user, ...options }: RunOptions & { readonly user?: string } = {}): Promise<Ran> {
    const become = user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=65534`, '--clear-groups'];
    return run([...become, ...argv], { ...options, env: { ...this.env, ...options.env } });
  }

  busctl(...args: readonly string[]): Promise<string> {
    return output(['busctl', `--address=${this.bus.address}`, ...args], { timeoutMs: 20_000 });
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.done('status', '--json')) as Status;
  }

  async deployments(): Promise<readonly DeploymentStatus[]> {
    return (await this.status()).deployments;
  }

  async history(...filter: readonly string[]): Promise<readonly HistoryRow[]> {
    return jsonLines<HistoryRow>(await this.done('history', '--json', ...filter));
  }

  async events(...filter: readonly string[]): Promise<readonly EventRow[]> {
    return jsonLines<EventRow>(await this.done('journal', 'list', '--json', '--limit', '10000', ...filter));
  }

  /** Directory of a deployment, 0 is the one that boots next. */
  async directory(index = 0): Promise<string> {
    const deployment = (await this.deployments())[index];
    if (deployment === undefined) throw new Error(`there is no deployment ${index}`);
    const { osname, checksum, serial } = deployment;
    return join(this.path, 'ostree/deploy', osname, 'deploy', `${checksum}.${serial}`);
  }

  /** Waits until nothing runs and what ended is tidied up after. */
  async settled(timeoutMs = 60_000): Promise<void> {
    await until(async () => !(await this.isBusy()), 'the daemon to settle', timeoutMs);
  }

  async isBusy(): Promise<boolean> {
    if (childrenOf(this.daemon.pid).length > 0) return true;
    const active = await this.busctl(
      'get-property',
      NAME,
      '/org/projectatomic/aptostree1/Sysroot',
      `${NAME}.Sysroot`,
      'ActiveTransactionPath',
    );
    return active.trim() !== 's ""' || childrenOf(this.daemon.pid).length > 0;
  }

  /** What it downloaded is kept for the next one. */
  async close({ keepDownloads = false }: { readonly keepDownloads?: boolean } = {}): Promise<void> {
    await this.#daemon?.stop();
    await this.#bus?.stop();
    if (keepDownloads) store(this.path);
    this.sysroot.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** On a bus the daemon found there serves this sysroot. */
  #argv(args: readonly string[]): readonly string[] {
    const where = this.#bus === null ? ['--sysroot', this.path] : [];
    const words = args.findIndex((each) => each.startsWith('-') || each === '--');
    const at = words < 0 ? args.length : words;
    return [program('apt-ostree'), ...args.slice(0, at), ...where, ...args.slice(at)];
  }
}

function jsonLines<T>(text: string): readonly T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
