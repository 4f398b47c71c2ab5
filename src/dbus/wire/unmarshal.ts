// Bytes to values. The bytes may be hostile: every length, padding, character and depth is checked before it is used.

import { isUtf8 } from 'node:buffer';
import { alignmentOf, type BasicCode, parseSignature, parseSingleType, type Type } from './signature.js';
import { isObjectPath } from './syntax.js';
import { Variant, type WireValue } from './value.js';
import { WireError } from './wire-error.js';

const MAX_ARRAY_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 64;

/** The values of SIGNATURE, which must fill BYTES exactly. @throws WireError */
export function unmarshal(signature: string, bytes: Buffer, littleEndian: boolean): readonly WireValue[] {
  const source = new Source(bytes, littleEndian);
  const values = parseSignature(signature).map((type) => read(source, type, 0));
  if (source.at !== bytes.length) throw new WireError('body is longer than its signature says');
  return values;
}

/** Bytes with a place to read from. */
export class Source {
  private readonly bytes: Buffer;
  private readonly littleEndian: boolean;
  /** Whether values that are signatures have to name types that we read. */
  readonly checksSignatures: boolean;
  at = 0;

  constructor(bytes: Buffer, littleEndian: boolean, checksSignatures = true) {
    this.bytes = bytes;
    this.littleEndian = littleEndian;
    this.checksSignatures = checksSignatures;
  }

  align(to: number): void {
    const end = this.at + (-this.at & (to - 1));
    while (this.at < end) if (this.take(1)[0] !== 0) throw new WireError('padding is not zero');
  }

  take(count: number): Buffer {
    if (count > this.bytes.length - this.at) throw new WireError('value reaches beyond the end of the message');
    const taken = this.bytes.subarray(this.at, this.at + count);
    this.at += count;
    return taken;
  }

  uint32(): number {
    const bytes = this.take(4);
    return this.littleEndian ? bytes.readUInt32LE() : bytes.readUInt32BE();
  }

  /** An unsigned integer of SIZE bytes, up to 6. */
  uint(size: number): number {
    const bytes = this.take(size);
    return this.littleEndian ? bytes.readUIntLE(0, size) : bytes.readUIntBE(0, size);
  }

  uint64(): bigint {
    const bytes = this.take(8);
    return this.littleEndian ? bytes.readBigUInt64LE() : bytes.readBigUInt64BE();
  }

  double(): number {
    const bytes = this.take(8);
    return this.littleEndian ? bytes.readDoubleLE() : bytes.readDoubleBE();
  }
}

export function read(source: Source, type: Type, depth: number): WireValue {
  if (depth > MAX_DEPTH) throw new WireError('value nests more than 64 deep');
  source.align(alignmentOf(type));
  switch (type.kind) {
    case 'basic':
      return readBasic(source, type.code);
    case 'variant':
      return readVariant(source, depth);
    case 'array':
      return readArray(source, type.of, depth);
    case 'struct':
      return type.members.map((member) => read(source, member, depth + 1));
    case 'entry':
      throw new WireError('dict entry outside a dict');
  }
}

function readVariant(source: Source, depth: number): Variant {
  const signature = readSignature(source);
  return new Variant(signature, read(source, parseSingleType(signature), depth + 1));
}

function readArray(source: Source, of: Type, depth: number): WireValue {
  const length = source.uint32();
  if (length > MAX_ARRAY_BYTES) throw new WireError('array is longer than 64 MiB');
  source.align(alignmentOf(of));
  const end = source.at + length;
  if (of.kind === 'basic' && of.code === 'y') return Uint8Array.from(source.take(length));
  const value = of.kind === 'entry' ? readDict({ source, of, depth, end }) : readItems({ source, of, depth, end });
  if (source.at !== end) throw new WireError('array ends within an item');
  return value;
}

interface Span<T extends Type> {
  readonly source: Source;
  readonly of: T;
  readonly depth: number;
  readonly end: number;
}

function readItems({ source, of, depth, end }: Span<Type>): readonly WireValue[] {
  const items: WireValue[] = [];
  while (source.at < end) items.push(read(source, of, depth + 1));
  return items;
}

/** Of a key that comes twice the last counts, as in other implementations. */
function readDict({
  source,
  of,
  depth,
  end,
}: Span<Extract<Type, { kind: 'entry' }>>): ReadonlyMap<WireValue, WireValue> {
  const dict = new Map<WireValue, WireValue>();
  while (source.at < end) {
    source.align(8);
    const key = read(source, of.key, depth + 1);
    dict.set(key, read(source, of.value, depth + 1));
  }
  return dict;
}

function readBasic(source: Source, code: BasicCode): WireValue {
  switch (code) {
    case 's':
      return readText(source);
    case 'o':
      return readPath(source);
    case 'g':
      return readSignature(source);
    case 'b':
      return readBoolean(source);
    case 'y':
      return source.uint(1);
    case 'q':
      return source.uint(2);
    case 'u':
      return source.uint32();
    case 'n':
      return (source.uint(2) << 16) >> 16;
    case 'i':
      return source.uint32() | 0;
    case 't':
      return source.uint64();
    case 'x':
      return BigInt.asIntN(64, source.uint64());
    case 'd':
      return source.double();
  }
}

function readBoolean(source: Source): boolean {
  const value = source.uint32();
  if (value > 1) throw new WireError('boolean is neither 0 nor 1');
  return value === 1;
}

function readText(source: Source): string {
  const bytes = source.take(source.uint32());
  if (source.take(1)[0] !== 0) throw new WireError('string is not terminated');
  if (bytes.includes(0)) throw new WireError('string contains a zero byte');
  if (!isUtf8(bytes)) throw new WireError('string is not UTF-8');
  return bytes.toString('utf8');
}

function readPath(source: Source): string {
  const path = readText(source);
  if (!isObjectPath(path)) throw new WireError('object path is malformed');
  return path;
}

function readSignature(source: Source): string {
  const bytes = source.take(source.uint(1));
  if (source.take(1)[0] !== 0) throw new WireError('signature is not terminated');
  const signature = bytes.toString('latin1');
  if (source.checksSignatures) parseSignature(signature);
  return signature;
}
