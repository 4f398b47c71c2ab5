// Runs the cases of a scenario over a few sysroots side by side, and tells what it found.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { violationsAtDeath } from './at-death.js';
import { type Case, firstDeaths, nameOf, notPerformed, recoveries, secondDeaths } from './cases.js';
import { brokenCommit, brokenRepo } from './integrity.js';
import { type Ended, snapshot, violations } from './invariants.js';
import { Lane } from './lane.js';
import { live, type Story } from './lives.js';
import { type MemoryDisk, mountMemoryDisk } from './memory.js';
import type { TraceLine } from './plan.js';
import { bundlePrograms } from './programs.js';
import type { Scenario } from './scenarios.js';
import { type SmallBase, smallBase } from './small-base.js';

export interface Depth {
  /** Who dies at each boundary: all who can, in cases of their own, or one of daemon and executor by turns. */
  readonly first: 'everybody' | 'taking turns';
  /** Who dies for a second time, at each boundary of the recovery. */
  readonly second: 'everybody' | 'taking turns' | 'nobody';
}

export interface Report {
  readonly cases: number;
  readonly kills: number;
  /** One line each, beginning with the name of the case. */
  readonly failures: readonly string[];
  /** Every boundary that somebody died at. */
  readonly struck: ReadonlySet<string>;
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
    const wanted = (each: Case) => this.#isWanted(each);
    const first = await this.#runAll(firstDeaths(scenario, undisturbed.trace, depth.first).filter(wanted));
    const { second } = depth;
    const pairs = second === 'nobody' ? [] : recoveries(first, second).flatMap((each) => secondDeaths(each, second));
    return reportOf([undisturbed, ...first, ...(await this.#runAll(pairs.filter(wanted)))]);
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
    const queue = cases.values();
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
    const due = this.#cases % FSCK_EVERY === 0 ? brokenRepo(lane) : [];
    const failures = [...result.failures, ...due].map((line) => `${nameOf(each)}: ${line}`);
    // a case that went wrong must not be the next one's starting point
    if (failures.length > 0) {
      if (this.#options.only !== null) process.stderr.write(readFileSync(lane.logFile));
      lane[Symbol.dispose]();
    }
    this.#free.push(failures.length > 0 ? await this.#newLane() : lane);
    return { ...result, failures, case: each };
  }

  async #newLane(): Promise<Lane> {
    this.#lanes += 1;
    const lane = new Lane(join(this.#disk.path, `lane-${this.#lanes}`), this.#base);
    for (const request of [
      { kind: 'refresh-md', stateroot: null, force: true },
      { kind: 'install', stateroot: null, add: ['crash-a', 'crash-b', 'crash-large'], downloadOnly: true },
    ] as const)
      await live(lane, request);
    lane.keepCaches();
    return lane;
  }
}

interface Tried {
  readonly trace: readonly TraceLine[];
  readonly failures: readonly string[];
}

interface Result extends Tried {
  readonly case: Case;
}

async function tryCase(lane: Lane, { scenario, fates }: Case): Promise<Tried> {
  const found: string[] = [];
  try {
    await scenario.prepare(lane);
    const before = snapshot(lane);
    const { failing = null, cancelAt = null } = scenario;
    const story = await live(lane, scenario.request(lane), {
      doom: { fates, failing, cancelAt },
      onDeath: () => found.push(...violationsAtDeath(lane, before)),
    });
    found.push(
      ...unfulfilled(story, fates.length),
      ...afterwards(lane, { before, story, ends: fates.length === 0 ? scenario.ends : null }),
    );
    return { trace: story.trace, failures: found };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { trace: [], failures: [...found, reason ?? 'unknown'] };
  }
}

function afterwards(lane: Lane, { before, story, ends }: Pick<Ended, 'before' | 'story' | 'ends'>): readonly string[] {
  const after = snapshot(lane);
  const fresh = after.deployments.filter(({ id }) => !before.fingerprints.has(id));
  return [
    ...violations(lane, { before, after, story, ends }),
    ...fresh.flatMap(({ checksum }) => brokenCommit(lane, checksum)),
  ];
}

/** The same request from the same state passes the same boundaries: one that is missed means that they depend on chance. */
function unfulfilled({ trace }: Story, fates: number): readonly string[] {
  const struck = trace.filter(({ type }) => type === 'struck').length;
  return struck === fates ? [] : [`only ${struck} of ${fates} deaths came to pass`];
}

function reportOf(results: readonly Result[]): Report {
  const struck = results.flatMap(({ trace }) => trace.flatMap((line) => (line.type === 'struck' ? [line.at] : [])));
  return {
    cases: results.length,
    kills: struck.length,
    failures: results.flatMap(({ failures }) => failures),
    struck: new Set(struck),
  };
}
