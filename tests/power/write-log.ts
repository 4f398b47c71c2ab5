// What a disk was told, read back: its writes and marks, cut into pieces by its flushes.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface Write {
  /** On the disk, in bytes. */
  readonly offset: number;
  readonly length: number;
  /** Where its data lie in the log. */
  readonly at: number;
}

/**
 * Everything between a flush and the next one. Once the first has been answered, all pieces before this one are on the disk;
 * of this one's writes, any may be, until the next flush is answered.
 */
export interface Piece {
  readonly writes: readonly Write[];
  readonly marks: readonly string[];
}

const SECTOR = 512;
const MAGIC = 0x6a_73_66_77_73_68_72n;
const FLUSH = 1n << 0n;
const MARK = 1n << 3n;
const HEAD_BYTES = 32;

export function readWriteLog(file: string): readonly Piece[] {
  const fd = openSync(file, 'r');
  try {
    return piecesOf(fd);
  } finally {
    closeSync(fd);
  }
}

interface GrowingPiece {
  readonly writes: Write[];
  readonly marks: string[];
}

function piecesOf(fd: number): readonly Piece[] {
  const sector = Buffer.alloc(SECTOR);
  readSync(fd, sector, 0, SECTOR, 0);
  if (sector.readBigUInt64LE(0) !== MAGIC) throw new Error('this is no log of writes');
  const count = Number(sector.readBigUInt64LE(16));
  const end = fstatSync(fd).size;
  let current: GrowingPiece = { writes: [], marks: [] };
  const pieces = [current];
  let at = SECTOR;
  for (let index = 0; index < count && at < end; index += 1) {
    readSync(fd, sector, 0, SECTOR, at);
    at += SECTOR;
    const [first, sectors] = [sector.readBigUInt64LE(0), sector.readBigUInt64LE(8)].map(Number);
    const flags = sector.readBigUInt64LE(16);
    const length = (sectors ?? 0) * SECTOR;
    if ((flags & MARK) !== 0n) current.marks.push(markOf(sector));
    else if ((flags & FLUSH) === 0n) current.writes.push({ offset: (first ?? 0) * SECTOR, length, at });
    else {
      current = { writes: [], marks: [] };
      pieces.push(current);
    }
    at += length;
  }
  return pieces;
}

function markOf(sector: Buffer): string {
  const length = Number(sector.readBigUInt64LE(24));
  return sector.subarray(HEAD_BYTES, HEAD_BYTES + length).toString('utf8');
}
