// Runs the cases of a scenario over a few sysroots side by side, and tells what it found.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, firstDeaths, nameOf, notPerformed, recoveries, secondDeaths } from './cases.js';
import { brokenRepo } from './integrity.js';
import { Lane } from './lane.js';
import { type MemoryDisk, mountMemoryDisk } from './memory.js';
import { bundlePrograms } from './programs.js';
import type { Scenario } from './scenarios.js';
import { type SmallBase, smallBase } from './small-base.js';
import { fillCaches } from './starting-points.js';
import { type Calls, faultsIn, type Sampling } from './system-calls.js';
import { type Tried, tryCase } from './try-case.js';

export interface Depth {
  /** Who dies at each boundary: all who can, in cases of their own, or one of daemon and executor by turns. */
  readonly first: 'everybody' | 'taking turns';
  /** Who dies for a second time, at each boundary of the recovery. */
  readonly second: 'everybody' | 'taking turns' | 'nobody';
}

export interface Report {
  readonly cases: number;
  readonly kills: number;
  /** System calls that were given an error. */
  readonly faults: number;
  /** One line each, beginning with the name of the case. */
  readonly failures: readonly string[];
}

export interface MatrixOptions {
  readonly lanes: number;
  /** Runs only the case of this name, and those it follows from. */
  readonly only: string | null;
}

/** A full check of all objects after so many cases; each case's own commit is checked at once. */
const FSCK_EVERY = 40;

export class Matrix implements Disposable {
  readonly #options: MatrixOptions;
  readonly #disk: MemoryDisk;
  readonly #base: SmallBase;
  readonly #free: Lane[] = [];
  #lanes = 0;
  #cases = 0;

  static async open(options: MatrixOptions): Promise<Matrix> {
    await bundlePrograms();
    const disk = mountMemoryDisk();
    try {
      const matrix = new Matrix(options, disk, await smallBase(disk.path));
      for (let index = 0; index < options.lanes; index += 1) matrix.#free.push(await matrix.#newLane());
      return matrix;
    } catch (error) {
      disk[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(options: MatrixOptions, disk: MemoryDisk, base: SmallBase) {
    this.#options = options;
    this.#disk = disk;
    this.#base = base;
  }

  /** Every boundary once, then again with a second death. */
  async run(scenario: Scenario, depth: Depth): Promise<Report> {
    const undisturbed = await this.#runCase({ scenario, fates: [] });
    const failures = [...undisturbed.failures, ...notPerformed(scenario, undisturbed.trace)];
    if (failures.length > 0) return reportOf([{ ...undisturbed, failures }]);
    const first = await this.#runAll(firstDeaths(scenario, undisturbed.trace, depth.first));
    const { second } = depth;
    const pairs = second === 'nobody' ? [] : recoveries(first, second).flatMap((each) => secondDeaths(each, second));
    return reportOf([undisturbed, ...first, ...(await this.#runAll(pairs))]);
  }

  /** Every sampled system call of the works that are looked at; which ones there are, the undisturbed run tells. */
  async runFaults(
    scenario: Scenario,
    { isLookedAt, sampling }: { readonly isLookedAt: (work: string) => boolean; readonly sampling: Sampling },
  ): Promise<Report> {
    const undisturbed = await this.#runCase({ scenario, fates: [], recordsCalls: true });
    if (undisturbed.failures.length > 0) return reportOf([undisturbed]);
    const calls: Calls = new Map([...undisturbed.calls].filter(([work]) => isLookedAt(work)));
    const cases = faultsIn(calls, sampling).map((fault) => ({ scenario, fates: [], fault }));
    return reportOf([undisturbed, ...(await this.#runAll(cases))]);
  }

  /** One case alone; gives what was wrong. */
  async try(each: Case): Promise<readonly string[]> {
    return (await this.#runCase(each)).failures;
  }

  [Symbol.dispose](): void {
    for (const lane of this.#free) lane[Symbol.dispose]();
    this.#disk[Symbol.dispose]();
  }

  #isWanted(each: Case): boolean {
    const { only } = this.#options;
    return only === null || only === nameOf(each) || only.startsWith(`${nameOf(each)} > `);
  }

  /** Each lane takes the next case when it is through with one. */
  async #runAll(cases: readonly Case[]): Promise<readonly Result[]> {
    const queue = cases.filter((each) => this.#isWanted(each)).values();
    const results: Result[] = [];
    const worker = async () => {
      for (const each of queue) results.push(await this.#runCase(each));
    };
    await Promise.all(Array.from({ length: this.#options.lanes }, worker));
    return results;
  }

  async #runCase(each: Case): Promise<Result> {
    const lane = this.#free.pop();
    if (lane === undefined) throw new Error('no lane is free');
    const result = await tryCase(lane, each);
    this.#cases += 1;
    const due = this.#cases % FSCK_EVERY === 0 ? await brokenRepo(lane) : [];
    const failures = [...result.failures, ...due].map((line) => `${nameOf(each)}: ${line}`);
    // a case that went wrong must not be the next one's starting point
    if (failures.length > 0) {
      if (each.without === undefined) process.stderr.write(`${failures.join('\n')}\n`);
      if (this.#options.only !== null) process.stderr.write(readFileSync(lane.logFile));
      lane[Symbol.dispose]();
    }
    this.#free.push(failures.length > 0 ? await this.#newLane() : lane);
    return { ...result, failures, case: each };
  }

  async #newLane(): Promise<Lane> {
    this.#lanes += 1;
    const lane = new Lane(join(this.#disk.path, `lane-${this.#lanes}`), this.#base);
    await fillCaches(lane);
    return lane;
  }
}

interface Result extends Tried {
  readonly case: Case;
}

function reportOf(results: readonly Result[]): Report {
  const struck = results.flatMap(({ trace }) => trace.filter(({ type }) => type === 'struck'));
  const hit = results.flatMap(({ isHit, case: { fault } }) => (isHit && fault !== undefined ? [fault.effect] : []));
  return {
    cases: results.length,
    kills: struck.length + hit.filter((effect) => effect === 'SIGKILL').length,
    faults: hit.filter((effect) => effect !== 'SIGKILL').length,
    failures: results.flatMap(({ failures }) => failures),
  };
}
