// Disks as power cuts leave them, one after another: a recorded disk replayed to a flush, and copies of it to be mounted.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mountFilesystem, PowerDisk, unmountFilesystem } from './power-disk.js';
import { chanceOf, Replay } from './replay.js';
import type { Piece } from './write-log.js';

export interface CutDiskOptions {
  /** Of its own; made. */
  readonly directory: string;
  /** The disk before the recording. */
  readonly image: string;
  readonly log: string;
  readonly pieces: readonly Piece[];
}

export class CutDisk {
  readonly #disk: PowerDisk;
  readonly #replay: Replay;
  readonly #target: string;

  static async open({ directory, image, log, pieces }: CutDiskOptions): Promise<CutDisk> {
    mkdirSync(directory);
    const replayed = join(directory, 'replayed.img');
    const target = join(directory, 'machine');
    mkdirSync(target);
    execFileSync('cp', ['--sparse=always', image, replayed]);
    const disk = await PowerDisk.start({ at: join(directory, 'disk'), image: replayed, log: null });
    return new CutDisk(disk, new Replay({ image: replayed, log, pieces }), target);
  }

  private constructor(disk: PowerDisk, replay: Replay, target: string) {
    this.#disk = disk;
    this.#replay = replay;
    this.#target = target;
  }

  /**
   * Uses the disk as it is when the power goes after the flush that begins a piece: with nothing of what was written later, or,
   * given a seed, with some of it. Null when the seed chose nothing of its own.
   */
  async cut<Result>(
    { piece, seed }: { readonly piece: number; readonly seed: number | null },
    use: (path: string) => Promise<Result>,
  ): Promise<Result | null> {
    this.#replay.advanceTo(piece);
    this.#disk.reset();
    const { device } = this.#disk;
    if (seed !== null && !this.#replay.scatter({ piece, device, chance: chanceOf(seed + piece) })) return null;
    mountFilesystem(device, this.#target);
    try {
      return await use(this.#target);
    } finally {
      await unmountFilesystem(this.#target, device);
    }
  }

  async close(): Promise<void> {
    this.#replay[Symbol.dispose]();
    await this.#disk.stop();
  }
}
