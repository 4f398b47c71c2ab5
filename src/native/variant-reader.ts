// Reads GVariant's serialised form. Pure: bytes in, values out; several times quicker than a call per value.

import { AptOstreeError } from '../model/errors.js';

/** Integers of 64 bits are bigint, `ay` a Buffer, dictionaries and tuples arrays, a variant a `VariantValue`. */
export type Value = string | number | bigint | boolean | null | Buffer | VariantValue | readonly Value[];

/** A value that carries its type, read only when it is asked for. */
export class VariantValue {
  readonly type: string;
  readonly #bytes: Buffer;

  constructor(type: string, bytes: Buffer) {
    this.type = type;
    this.#bytes = bytes;
  }

  read(): Value {
    return readVariant(this.type, this.#bytes);
  }
}

/** @throws ostree-failed when the bytes do not fit the type */
export function readVariant(type: string, bytes: Buffer): Value {
  return readAs(parseType(type), bytes);
}

type Shape =
  | { readonly kind: 'basic'; readonly code: string; readonly align: number; readonly size: number | null }
  | { readonly kind: 'array' | 'maybe'; readonly of: Shape; readonly align: number; readonly size: null }
  | { readonly kind: 'tuple'; readonly of: readonly Shape[]; readonly align: number; readonly size: number | null };

const BASIC_SIZES: Readonly<Record<string, number>> = { b: 1, y: 1, n: 2, q: 2, i: 4, u: 4, h: 4, x: 8, t: 8, d: 8 };
const STRINGS = 'sog';

/** Parsed types: the same few come again and again. Bounded, since a variant brings its own. */
const shapes = new Map<string, Shape>();
const SHAPES_LIMIT = 256;
const MAX_TYPE_LENGTH = 1024;
const MAX_DEPTH = 64;

function parseType(type: string): Shape {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  if (type.length > MAX_TYPE_LENGTH) throw malformed('type');
  const [shape, end] = parseAt(type, 0, 0);
  if (end !== type.length) throw malformed('type');
  if (shapes.size >= SHAPES_LIMIT) shapes.clear();
  shapes.set(type, shape);
  return shape;
}

function parseAt(type: string, at: number, depth: number): readonly [Shape, number] {
  if (depth > MAX_DEPTH) throw malformed('type');
  const code = type[at] ?? '';
  const size = BASIC_SIZES[code];
  if (size !== undefined) return [{ kind: 'basic', code, align: size, size }, at + 1];
  if (STRINGS.includes(code) && code !== '') return [{ kind: 'basic', code, align: 1, size: null }, at + 1];
  if (code === 'v') return [{ kind: 'basic', code, align: 8, size: null }, at + 1];
  if (code === 'a' || code === 'm') {
    const [of, end] = parseAt(type, at + 1, depth + 1);
    return [{ kind: code === 'a' ? 'array' : 'maybe', of, align: of.align, size: null }, end];
  }
  if (code === '(' || code === '{') return parseTuple(type, at, depth);
  throw malformed('type');
}

function parseTuple(type: string, at: number, depth: number): readonly [Shape, number] {
  const of: Shape[] = [];
  let next = at + 1;
  while (next < type.length && type[next] !== ')' && type[next] !== '}') {
    const [member, end] = parseAt(type, next, depth + 1);
    of.push(member);
    next = end;
  }
  const align = Math.max(1, ...of.map((member) => member.align));
  return [{ kind: 'tuple', of, align, size: tupleSize(of, align) }, next + 1];
}

/** Size of a tuple whose members all have one. */
function tupleSize(of: readonly Shape[], align: number): number | null {
  let size = 0;
  for (const member of of) {
    if (member.size === null) return null;
    size = aligned(size, member.align) + member.size;
  }
  return Math.max(1, aligned(size, align));
}

function readAs(shape: Shape, bytes: Buffer): Value {
  if (shape.size !== null && bytes.length !== shape.size) throw malformed('size');
  if (shape.kind === 'basic') return readBasic(shape.code, bytes);
  if (shape.kind === 'tuple') return readTuple(shape.of, bytes);
  if (shape.kind === 'array') return readArray(shape.of, bytes);
  if (bytes.length === 0) return null;
  return readAs(shape.of, shape.of.size === null ? slice(bytes, 0, bytes.length - 1) : bytes);
}

function readBasic(code: string, bytes: Buffer): Value {
  const read = BASIC_READERS[code];
  if (read === undefined) throw malformed(`type ${code}`);
  return read(bytes);
}

const BASIC_READERS: Readonly<Record<string, (bytes: Buffer) => Value>> = {
  b: (bytes) => bytes[0] !== 0,
  y: (bytes) => bytes.readUInt8(0),
  n: (bytes) => bytes.readInt16LE(0),
  q: (bytes) => bytes.readUInt16LE(0),
  i: (bytes) => bytes.readInt32LE(0),
  h: (bytes) => bytes.readInt32LE(0),
  u: (bytes) => bytes.readUInt32LE(0),
  x: (bytes) => bytes.readBigInt64LE(0),
  t: (bytes) => bytes.readBigUInt64LE(0),
  d: (bytes) => bytes.readDoubleLE(0),
  s: readString,
  o: readString,
  g: readString,
  v: (bytes) => {
    const border = bytes.lastIndexOf(0);
    if (border < 0) throw malformed('variant');
    return new VariantValue(bytes.toString('latin1', border + 1), slice(bytes, 0, border));
  },
};

function readString(bytes: Buffer): string {
  if (bytes.length === 0 || bytes[bytes.length - 1] !== 0) throw malformed('string');
  return bytes.toString('utf8', 0, bytes.length - 1);
}

function readArray(of: Shape, bytes: Buffer): Value {
  if (of.kind === 'basic' && of.code === 'y') return bytes;
  if (of.size !== null) return readFixedArray(of, of.size, bytes);
  if (bytes.length === 0) return [];
  const width = offsetWidth(bytes.length);
  const table = offsetAt(bytes, bytes.length - width, width);
  if (table > bytes.length || (bytes.length - table) % width !== 0) throw malformed('array');
  const values: Value[] = [];
  let start = 0;
  for (let at = table; at < bytes.length; at += width) {
    const end = offsetAt(bytes, at, width);
    values.push(readAs(of, slice(bytes, aligned(start, of.align), end)));
    start = end;
  }
  return values;
}

function readFixedArray(of: Shape, size: number, bytes: Buffer): Value {
  if (bytes.length % size !== 0) throw malformed('array');
  const values: Value[] = [];
  for (let at = 0; at < bytes.length; at += size) values.push(readAs(of, slice(bytes, at, at + size)));
  return values;
}

/** Ends of all members without a fixed size, but for a last one, stand at the tuple's end, in reverse. */
function readTuple(of: readonly Shape[], bytes: Buffer): Value {
  const width = offsetWidth(bytes.length);
  let start = 0;
  let offsets = 0;
  const framed = of.filter((member, index) => member.size === null && index < of.length - 1).length;
  return of.map((member, index) => {
    const from = aligned(start, member.align);
    let end = from + (member.size ?? 0);
    if (member.size === null) {
      const last = index === of.length - 1;
      end = last ? bytes.length - framed * width : offsetAt(bytes, bytes.length - ++offsets * width, width);
    }
    start = end;
    return readAs(member, slice(bytes, from, end));
  });
}

function offsetWidth(length: number): 1 | 2 | 4 {
  if (length > 0xffff) return 4;
  return length > 0xff ? 2 : 1;
}

function offsetAt(bytes: Buffer, at: number, width: 1 | 2 | 4): number {
  if (at < 0 || at + width > bytes.length) throw malformed('offset');
  return bytes.readUIntLE(at, width);
}

function slice(bytes: Buffer, start: number, end: number): Buffer {
  if (start > end || end > bytes.length) throw malformed('offset');
  return bytes.subarray(start, end);
}

function aligned(at: number, align: number): number {
  return Math.ceil(at / align) * align;
}

function malformed(what: string): AptOstreeError {
  return new AptOstreeError('ostree-failed', `cannot read an object of the repo: malformed ${what}`);
}
