// Makes an image what the disk was at a flush, going forward from flush to flush; and what a cache may have lost after it.

import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Piece, Write } from './write-log.js';

/** A disk writes so much at once, or not at all. */
const BLOCK_BYTES = 4096;

export interface ReplayOptions {
  readonly image: string;
  readonly log: string;
  readonly pieces: readonly Piece[];
}

export class Replay implements Disposable {
  readonly #pieces: readonly Piece[];
  readonly #image: number;
  readonly #log: number;
  #next = 0;

  constructor({ image, log, pieces }: ReplayOptions) {
    this.#pieces = pieces;
    this.#image = openSync(image, 'r+');
    this.#log = openSync(log, 'r');
  }

  /** All that was written before the flush which begins the piece of this number. */
  advanceTo(piece: number): void {
    if (piece < this.#next) throw new Error('a replay goes forward only');
    for (const { writes } of this.#pieces.slice(this.#next, piece))
      for (const write of writes) this.#copy(write, this.#image);
    this.#next = piece;
  }

  /** Part of the writes of a piece, as chance has it, onto a copy of the image. False when all of them, or none, came out. */
  scatter({ piece, device, chance }: { piece: number; device: string; chance: () => number }): boolean {
    const blocks = this.#pieces[piece]?.writes.flatMap(blocksOf) ?? [];
    const kept = chooseSome(blocks, chance);
    if (kept.length === 0 || kept.length === blocks.length) return false;
    const fd = openSync(device, 'r+');
    try {
      for (const block of kept) this.#copy(block, fd);
    } finally {
      closeSync(fd);
    }
    return true;
  }

  [Symbol.dispose](): void {
    closeSync(this.#image);
    closeSync(this.#log);
  }

  #copy({ offset, length, at }: Write, target: number): void {
    const data = Buffer.allocUnsafe(length);
    readSync(this.#log, data, 0, length, at);
    writeSync(target, data, 0, length, offset);
  }
}

/** Cut where blocks of the disk begin. */
function blocksOf({ offset, length, at }: Write): readonly Write[] {
  const blocks: Write[] = [];
  for (let done = 0; done < length; ) {
    const size = Math.min(length - done, BLOCK_BYTES - ((offset + done) % BLOCK_BYTES));
    blocks.push({ offset: offset + done, length: size, at: at + done });
    done += size;
  }
  return blocks;
}

/** In their order: the first ones up to some point, or any, or all but a few. */
function chooseSome(blocks: readonly Write[], chance: () => number): readonly Write[] {
  const way = chance();
  if (way < 1 / 3) return blocks.slice(0, Math.floor(chance() * (blocks.length + 1)));
  const share = way < 2 / 3 ? chance() : 1 - 1.5 / Math.max(blocks.length, 2);
  return blocks.filter(() => chance() < share);
}

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
