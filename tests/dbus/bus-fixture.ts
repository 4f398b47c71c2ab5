// The engine of a test on a bus of its own, with programs that call it.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BusService, startBusService } from '../../src/dbus/bus-service.js';
import type { GuardTimes } from '../../src/dbus/start-guard.js';
import { peerCredentials } from '../../src/native/libc.js';
import { MemoryEngine } from './memory-engine.js';
import { type PrivateBus, startBus } from './private-bus.js';

const execute = promisify(execFile);

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class BusFixture {
  readonly engine = new MemoryEngine();
  readonly bus: PrivateBus;
  readonly bugs: unknown[] = [];
  readonly notes: string[] = [];
  readonly lost: string[] = [];
  private readonly services: BusService[] = [];

  static async start(guardTimes?: GuardTimes): Promise<BusFixture> {
    const fixture = new BusFixture(await startBus());
    await fixture.serve(guardTimes);
    return fixture;
  }

  private constructor(bus: PrivateBus) {
    this.bus = bus;
  }

  async serve(guardTimes?: GuardTimes): Promise<void> {
    const service = await startBusService({
      engine: this.engine,
      busAddress: this.bus.address,
      socketDirectory: join(this.bus.directory, 'run'),
      peerCredentials,
      log: { bug: (error) => this.bugs.push(error), note: (line) => this.notes.push(line) },
      onLost: (reason) => this.lost.push(reason),
      ...(guardTimes === undefined ? {} : { guardTimes }),
    });
    this.services.push(service);
    await service.takeName();
  }

  async unserve(): Promise<void> {
    for (const service of this.services.splice(0)) await service.close();
  }

  /** Runs a program with this bus as the system bus, as root or as USER. */
  run(command: readonly string[], user?: string): Promise<Ran> {
    const argv =
      user === undefined ? command : ['setpriv', `--reuid=${user}`, '--regid=65534', '--clear-groups', ...command];
    return runProgram(argv, { DBUS_SYSTEM_BUS_ADDRESS: this.bus.address });
  }

  gdbus(path: string, method: string, ...args: readonly string[]): Promise<Ran> {
    return this.run(gdbusCall(path, method, ...args));
  }

  async stop(): Promise<void> {
    await this.unserve();
    await this.bus.stop();
  }
}

export const BASE = '/org/projectatomic/aptostree1';
export const NAME = 'org.projectatomic.aptostree1';

export function gdbusCall(path: string, method: string, ...args: readonly string[]): readonly string[] {
  return ['gdbus', 'call', '--system', '-d', NAME, '-o', path, '-m', method, ...args];
}

export async function runProgram(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const [program = '', ...args] = argv;
  try {
    const { stdout, stderr } = await execute(program, args, {
      env: { ...process.env, ...environment },
      timeout: 20_000,
    });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as {
      readonly code?: number;
      readonly stdout: string;
      readonly stderr: string;
    };
    return { status: typeof code === 'number' ? code : -1, stdout, stderr };
  }
}
