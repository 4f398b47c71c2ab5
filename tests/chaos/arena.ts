// Sysroots that rounds are played on, one after another, each from where the one before left it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { violationsAtDeath } from '../crash/at-death.js';
import { brokenRepo } from '../crash/integrity.js';
import { Lane } from '../crash/lane.js';
import { live, type Story } from '../crash/lives.js';
import { type MemoryDisk, mountMemoryDisk } from '../crash/memory.js';
import { type Snapshot, snapshot } from '../crash/outcome.js';
import { type SmallBase, smallBase } from '../crash/small-base.js';
import { fillCaches } from '../crash/starting-points.js';
import { afterwards } from '../crash/try-case.js';
import { meddler } from './killer.js';
import { requestOf } from './operations.js';
import type { Round } from './rounds.js';
import { writeShippedProgram } from './shipped-program.js';

export interface Played {
  /** Null when it came to no end. */
  readonly story: Story | null;
  /** State of the transaction in the end. */
  readonly end: string;
  /** One line each. */
  readonly failures: readonly string[];
  /** What daemons and executors printed, if anything failed. */
  readonly log: string;
}

/** A full check of all objects after so many rounds; each round's own commit is checked at once. */
const FSCK_EVERY = 10;

export class Arena implements Disposable {
  readonly #disk: MemoryDisk;
  readonly #base: SmallBase;
  readonly #lanes = new Map<number, Lane>();
  #opened = 0;
  #rounds = 0;
  #unitMs = 0;

  static async open(): Promise<Arena> {
    const disk = mountMemoryDisk();
    try {
      const arena = new Arena(disk, await smallBase(disk.path));
      arena.#unitMs = Number(process.env['CHAOS_UNIT_MS'] ?? (await arena.#measure()));
      return arena;
    } catch (error) {
      disk[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(disk: MemoryDisk, base: SmallBase) {
    this.#disk = disk;
    this.#base = base;
  }

  /** How long an undisturbed install takes here and now. */
  get unitMs(): number {
    return this.#unitMs;
  }

  async play(name: number, round: Round): Promise<Played> {
    const lane = this.#lanes.get(name) ?? (await this.#newLane(name));
    writeFileSync(lane.logFile, '');
    const played = await playOn(lane, round, this.#unitMs);
    this.#rounds += 1;
    const due = this.#rounds % FSCK_EVERY === 0 ? await brokenRepo(lane) : [];
    const failures = [...played.failures, ...due];
    if (failures.length === 0) return { ...played, log: '' };
    const log = readFileSync(lane.logFile, 'utf8');
    this.#lanes.delete(name);
    lane[Symbol.dispose]();
    return { ...played, failures, log };
  }

  /** All objects of all repos. */
  async check(): Promise<readonly string[]> {
    const broken = await Promise.all([...this.#lanes.values()].map(brokenRepo));
    return broken.flat();
  }

  [Symbol.dispose](): void {
    for (const lane of this.#lanes.values()) lane[Symbol.dispose]();
    this.#disk[Symbol.dispose]();
  }

  /** While all sysroots are as busy as they will be. */
  async #measure(): Promise<number> {
    const durations = await Promise.all(
      [1, 2].map(async (name) => {
        const lane = await this.#newLane(name);
        const startedAtMs = performance.now();
        await live(lane, requestOf('install in place of others', lane));
        return performance.now() - startedAtMs;
      }),
    );
    return Math.round(Math.min(...durations));
  }

  async #newLane(name: number): Promise<Lane> {
    this.#opened += 1;
    const lane = new Lane(join(this.#disk.path, `lane-${this.#opened}`), this.#base, writeShippedProgram);
    await fillCaches(lane);
    this.#lanes.set(name, lane);
    return lane;
  }
}

async function playOn(lane: Lane, round: Round, unitMs: number): Promise<Omit<Played, 'log'>> {
  const found: string[] = [];
  const before = snapshot(lane);
  try {
    const story = await live(lane, requestOf(round.operation, lane), {
      meddle: meddler(lane, round, unitMs),
      onDeath: () => found.push(...violationsAtDeath(lane, before)),
    });
    const victims = story.trace.flatMap((line) => (line.type === 'struck' ? [line.victim] : []));
    const end = endOf(lane, before);
    const isUndisturbed = victims.length === 0 && end !== 'Cancelled';
    const failures = await afterwards(lane, {
      before,
      story,
      ends: isUndisturbed ? 'Committed' : null,
      mayFail: victims.some((victim) => victim === 'child' || victim === 'group'),
    });
    return { story, end, failures: [...found, ...failures] };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { story: null, end: 'no end', failures: [...found, reason] };
  }
}

function endOf(lane: Lane, before: Snapshot): string {
  const [own] = lane.journal((journal) => journal.history({})).filter(({ firstSeq }) => firstSeq > before.rows);
  return own?.state ?? 'never begun';
}
