// Cuts the power at every flush of an operation, looks at each disk, and lets a daemon recover where that may make a difference.

import { CutDisk } from './cut-disk.js';
import { inspect } from './inspection.js';
import { Machine } from './machine.js';
import { type Acknowledged, acknowledge, NOTHING_ACKNOWLEDGED } from './marks.js';
import { type ObjectCheck, objectCheck } from './objects.js';
import type { RecordedOperation } from './operating.js';
import { type Recording, rangesOf } from './recording.js';
import { recover } from './recovery.js';
import type { Report } from './report.js';

/** Disks that look like one which was recovered before are recovered, too, one in so many. */
const RECOVER_EVERY = 25;
/** Neighbours look alike: one cutter takes so many of them in a row. */
const STRETCH = 8;

export interface CutterOptions {
  readonly directory: string;
  readonly recording: Recording;
  /** This one of so many takes every so manieth stretch of flushes. */
  readonly share: { readonly index: number; readonly of: number };
  readonly seed: number;
  /** The only flush to cut at, or null. */
  readonly only: number | null;
  readonly daemonProgram: string;
}

interface Counts {
  cuts: number;
  scattered: number;
  recoveries: number;
  readonly failures: string[];
}

export class Cutter {
  readonly #options: CutterOptions;
  readonly #disk: CutDisk;
  readonly #objects: ObjectCheck;
  readonly #recovered = new Set<string>();
  #sinceRecovery = 0;
  #acknowledged: Acknowledged = NOTHING_ACKNOWLEDGED;
  #next = 0;

  static async open(options: CutterOptions): Promise<Cutter> {
    const { directory, recording } = options;
    return new Cutter(options, await CutDisk.open({ directory, ...recording }));
  }

  private constructor(options: CutterOptions, disk: CutDisk) {
    this.#options = options;
    this.#disk = disk;
    const { base, objects } = options.recording;
    this.#objects = objectCheck(base, objects);
  }

  /** Operations have to come in their order. */
  async cutAll(index: number): Promise<Report> {
    const { recording, share, only } = this.#options;
    const operation = recording.operations[index];
    const range = rangesOf(recording)[index];
    if (operation === undefined || range === undefined) throw new Error(`there is no operation ${index}`);
    const counts: Counts = { cuts: 0, scattered: 0, recoveries: 0, failures: [] };
    for (let piece = range.from; piece < range.to; piece += 1) {
      this.#acknowledgeUpTo(piece);
      if (Math.floor(piece / STRETCH) % share.of === share.index && (only === null || only === piece))
        await this.#cutAt(piece, operation, counts);
    }
    const flushes = share.index === 0 ? range.to - range.from : 0;
    return { flushes, ...counts };
  }

  close(): Promise<void> {
    return this.#disk.close();
  }

  /** Told before the flush that ends this piece was answered: nothing but the flushes before can have kept it. */
  #acknowledgeUpTo(piece: number): void {
    const { pieces } = this.#options.recording;
    const marks = pieces.slice(this.#next, piece + 1).flatMap((each) => each.marks);
    this.#acknowledged = acknowledge(this.#acknowledged, marks);
    this.#next = piece + 1;
  }

  async #cutAt(piece: number, operation: RecordedOperation, counts: Counts): Promise<void> {
    const { pieces } = this.#options.recording;
    const isNew = (pieces[piece - 1]?.writes.length ?? 0) > 0 || (pieces[piece]?.marks.length ?? 0) > 0;
    if (isNew && (await this.#tryOne({ piece, seed: null }, operation, counts))) counts.cuts += 1;
    const { seed } = this.#options;
    if (await this.#tryOne({ piece, seed }, operation, counts)) counts.scattered += 1;
  }

  /** False when there was nothing to try. */
  async #tryOne(
    at: { readonly piece: number; readonly seed: number | null },
    operation: RecordedOperation,
    counts: Counts,
  ): Promise<boolean> {
    const name = `POWER_CUT=${at.piece}${at.seed === null ? '' : ` POWER_SEED=${at.seed}`} ${operation.name}`;
    const told = (line: string) => counts.failures.push(`${name}: ${line}`);
    try {
      const found = await this.#disk.cut(at, (path) => this.#look(path, operation, counts));
      for (const line of found ?? []) told(line);
      return found !== null;
    } catch (error) {
      told(error instanceof Error ? (error.message.split('\n').slice(0, 2).join(' ') ?? '') : String(error));
      return true;
    }
  }

  async #look(path: string, operation: RecordedOperation, counts: Counts): Promise<readonly string[]> {
    const cut = { machine: new Machine(path), operation, acknowledged: this.#acknowledged, objects: this.#objects };
    const inspection = inspect(cut);
    const isDue = this.#isDue(inspection.signature);
    if (isDue) counts.recoveries += 1;
    const recovered = isDue ? await recover(cut, inspection, this.#options.daemonProgram) : [];
    const last = inspection.rows.at(-1);
    const where = last === undefined ? 'not in the journal' : `${last.type} → ${last.state}`;
    return [...inspection.violations, ...recovered].map((line) => `(${where}) ${line}`);
  }

  #isDue(signature: string): boolean {
    this.#sinceRecovery += 1;
    const isDue = !this.#recovered.has(signature) || this.#sinceRecovery >= RECOVER_EVERY;
    if (isDue || this.#options.only !== null) this.#sinceRecovery = 0;
    this.#recovered.add(signature);
    return isDue || this.#options.only !== null;
  }
}
