// Runs the power tests' process and hands out what it finds, as it finds it.

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding, Orders, Task } from './inside.js';
import { IN_NAMESPACES } from './namespace.js';
import type { Report } from './report.js';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'inside.js');
export function ordersOfEnvironment(): Orders {
  const { POWER_SEED: seed, POWER_CUT: cut, POWER_OPERATION: operation, POWER_KEEP: keep } = process.env;
  return {
    seed: seed === undefined ? randomInt(1_000_000_000) : Number(seed),
    cut: cut === undefined ? null : Number(cut),
    operation: operation ?? null,
    keep: keep === undefined ? null : resolve(keep),
  };
}

export class PowerLab {
  readonly #reports = new Map<string, Report>();
  readonly #waiting = new Set<() => void>();
  readonly #stop: () => void;
  #failure: string | null = null;

  constructor(task: Task, orders: Orders) {
    const [command, ...args] = IN_NAMESPACES;
    const child = spawn(command, [...args, process.execPath, PROGRAM, task, JSON.stringify(orders)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', (finding: Finding) => this.#hear(finding));
    child.once('exit', (status, signal) => this.#hear({ type: 'failed', reason: `it ended with ${signal ?? status}` }));
    this.#stop = () => void child.kill('SIGKILL');
  }

  /** @throws when its process fails before it comes to this */
  async report(about: string): Promise<Report> {
    for (;;) {
      const report = this.#reports.get(about);
      if (report !== undefined) return report;
      if (this.#failure !== null) throw new Error(this.#failure);
      await new Promise<void>((done) => this.#waiting.add(done));
    }
  }

  stop(): void {
    this.#stop();
  }

  #hear(finding: Finding): void {
    if (finding.type === 'report') this.#reports.set(finding.about, finding.report);
    else this.#failure ??= finding.reason;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
