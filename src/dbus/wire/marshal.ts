// Values to bytes, little-endian.

import { alignmentOf, type BasicCode, parseSignature, parseSingleType, type Type } from './signature.js';
import { isObjectPath } from './syntax.js';
import { Variant, type WireValue } from './value.js';
import { WireError } from './wire-error.js';

const MAX_ARRAY_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 64;

/** BODY as the bytes of SIGNATURE, aligned as for a message's start. @throws WireError when a value is not of its type */
export function marshal(signature: string, body: readonly WireValue[]): Buffer {
  const types = parseSignature(signature);
  if (types.length !== body.length) throw new WireError(`${body.length} values do not fit the signature ${signature}`);
  const sink = new Sink();
  types.forEach((type, index) => {
    write({ sink, type, value: required(body[index]), depth: 0 });
  });
  return sink.bytes();
}

/** A buffer that grows. */
class Sink {
  private buffer = Buffer.alloc(256);
  length = 0;

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  align(to: number): void {
    this.reserve(-this.length & (to - 1));
  }

  /** Room for COUNT zero bytes; gives the buffer and where they start. */
  reserve(count: number): { readonly buffer: Buffer; readonly at: number } {
    const at = this.length;
    if (at + count > this.buffer.length) {
      const larger = Buffer.alloc(Math.max(this.buffer.length * 2, at + count));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    this.length += count;
    return { buffer: this.buffer, at };
  }

  setUint32(at: number, value: number): void {
    this.buffer.writeUInt32LE(value, at);
  }
}

interface Job {
  readonly sink: Sink;
  readonly type: Type;
  readonly value: WireValue;
  readonly depth: number;
}

function write(job: Job): void {
  const { sink, type, value, depth } = job;
  if (depth > MAX_DEPTH) throw new WireError('value nests more than 64 deep');
  sink.align(alignmentOf(type));
  switch (type.kind) {
    case 'basic':
      writeBasic(sink, type.code, value);
      break;
    case 'variant':
      writeVariant(job);
      break;
    case 'array':
      writeArray(sink, type.of, value, depth);
      break;
    case 'struct':
      writeMembers(sink, type.members, list(value), depth);
      break;
    case 'entry':
      writeMembers(sink, [type.key, type.value], list(value), depth);
      break;
  }
}

function writeVariant({ sink, value, depth }: Job): void {
  if (!(value instanceof Variant)) throw new WireError('value of a variant carries no type');
  writeSignature(sink, value.signature);
  write({ sink, type: parseSingleType(value.signature), value: value.value, depth: depth + 1 });
}

function writeMembers(sink: Sink, types: readonly Type[], values: readonly WireValue[], depth: number): void {
  if (types.length !== values.length) throw new WireError(`struct has ${types.length} members, not ${values.length}`);
  types.forEach((type, index) => {
    write({ sink, type, value: required(values[index]), depth: depth + 1 });
  });
}

function writeArray(sink: Sink, of: Type, value: WireValue, depth: number): void {
  const lengthAt = sink.reserve(4).at;
  sink.align(alignmentOf(of));
  const start = sink.length;
  if (of.kind === 'basic' && of.code === 'y' && value instanceof Uint8Array) {
    const { buffer, at } = sink.reserve(value.length);
    buffer.set(value, at);
  } else {
    for (const item of itemsOf(of, value)) write({ sink, type: of, value: item, depth: depth + 1 });
  }
  if (sink.length - start > MAX_ARRAY_BYTES) throw new WireError('array is longer than 64 MiB');
  sink.setUint32(lengthAt, sink.length - start);
}

function itemsOf(of: Type, value: WireValue): Iterable<WireValue> {
  if (of.kind !== 'entry') return list(value);
  if (value instanceof Map) return value;
  throw new WireError('value of a dict is not a map');
}

function writeBasic(sink: Sink, code: BasicCode, value: WireValue): void {
  switch (code) {
    case 's':
    case 'o':
      writeText(sink, code, value);
      break;
    case 'g':
      writeSignature(sink, text(value));
      break;
    case 'b': {
      if (typeof value !== 'boolean') throw new WireError('value of a boolean is neither true nor false');
      const { buffer, at } = sink.reserve(4);
      buffer.writeUInt32LE(value ? 1 : 0, at);
      break;
    }
    default:
      writeNumber(sink, code, value);
      break;
  }
}

function writeNumber(sink: Sink, code: Exclude<BasicCode, 's' | 'o' | 'g' | 'b'>, value: WireValue): void {
  if (code === 'd') {
    if (typeof value !== 'number') throw new WireError('value of a double is not a number');
    const { buffer, at } = sink.reserve(8);
    buffer.writeDoubleLE(value, at);
    return;
  }
  const { size, signed } = INTEGERS[code];
  const number = integer(value);
  if (signed ? BigInt.asIntN(size * 8, number) !== number : BigInt.asUintN(size * 8, number) !== number)
    throw new WireError(`${number} does not fit type ${code}`);
  const { buffer, at } = sink.reserve(size);
  const bits = BigInt.asUintN(size * 8, number);
  if (size === 8) buffer.writeBigUInt64LE(bits, at);
  else buffer.writeUIntLE(Number(bits), at, size);
}

const INTEGERS = {
  y: { size: 1, signed: false },
  n: { size: 2, signed: true },
  q: { size: 2, signed: false },
  i: { size: 4, signed: true },
  u: { size: 4, signed: false },
  x: { size: 8, signed: true },
  t: { size: 8, signed: false },
} as const;

function writeText(sink: Sink, code: 's' | 'o', value: WireValue): void {
  const content = text(value);
  if (code === 'o' && !isObjectPath(content)) throw new WireError(`${JSON.stringify(content)} is not an object path`);
  if (content.includes('\0')) throw new WireError('string contains a zero byte');
  const length = Buffer.byteLength(content);
  const { buffer, at } = sink.reserve(4 + length + 1);
  buffer.writeUInt32LE(length, at);
  buffer.write(content, at + 4, 'utf8');
}

function writeSignature(sink: Sink, signature: string): void {
  parseSignature(signature);
  const { buffer, at } = sink.reserve(signature.length + 2);
  buffer[at] = signature.length;
  buffer.write(signature, at + 1, 'latin1');
}

function text(value: WireValue): string {
  if (typeof value !== 'string') throw new WireError('value of a string is not a string');
  return value;
}

function integer(value: WireValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  throw new WireError('value of an integer is not an integer');
}

function list(value: WireValue): readonly WireValue[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Uint8Array) return [...value];
  throw new WireError('value of an array or struct is not a list');
}

function required(value: WireValue | undefined): WireValue {
  if (value === undefined) throw new WireError('a value is missing');
  return value;
}
