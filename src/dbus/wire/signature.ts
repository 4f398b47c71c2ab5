// D-Bus type signatures as trees, within the specification's limits; file descriptors are no type here.

import { WireError } from './wire-error.js';

export type Type =
  | { readonly kind: 'basic'; readonly code: BasicCode }
  | { readonly kind: 'variant' }
  | { readonly kind: 'array'; readonly of: Type }
  | { readonly kind: 'struct'; readonly members: readonly Type[] }
  | { readonly kind: 'entry'; readonly key: Type; readonly value: Type };

const BASIC = ['y', 'b', 'n', 'q', 'i', 'u', 'x', 't', 'd', 's', 'o', 'g'] as const;
export type BasicCode = (typeof BASIC)[number];

const MAX_LENGTH = 255;
const MAX_NESTING = 32;

/** Parsed trees by signature: the same few come again and again. Bounded, since peers choose them. */
const cache = new Map<string, readonly Type[]>();
const CACHE_LIMIT = 256;

/** The complete types of a signature. @throws WireError */
export function parseSignature(signature: string): readonly Type[] {
  const known = cache.get(signature);
  if (known !== undefined) return known;
  if (signature.length > MAX_LENGTH) throw new WireError('signature longer than 255 bytes');
  const cursor: Cursor = { text: signature, at: 0, arrays: 0, structs: 0 };
  const types: Type[] = [];
  while (cursor.at < signature.length) types.push(parseType(cursor));
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(signature, types);
  return types;
}

/** The type of a signature that must hold exactly one. @throws WireError */
export function parseSingleType(signature: string): Type {
  const types = parseSignature(signature);
  if (types.length !== 1 || types[0] === undefined)
    throw new WireError('signature of a variant is not one complete type');
  return types[0];
}

export function alignmentOf(type: Type): 1 | 2 | 4 | 8 {
  switch (type.kind) {
    case 'struct':
    case 'entry':
      return 8;
    case 'array':
      return 4;
    case 'variant':
      return 1;
    case 'basic':
      return BASIC_ALIGNMENT[type.code];
  }
}

const BASIC_ALIGNMENT = { y: 1, b: 4, n: 2, q: 2, i: 4, u: 4, x: 8, t: 8, d: 8, s: 4, o: 4, g: 1 } as const;

interface Cursor {
  readonly text: string;
  at: number;
  arrays: number;
  structs: number;
}

function parseType(cursor: Cursor): Type {
  const code = cursor.text[cursor.at];
  cursor.at += 1;
  if (code === undefined) throw new WireError('signature ends within a type');
  if (isBasic(code)) return { kind: 'basic', code };
  if (code === 'v') return { kind: 'variant' };
  if (code === 'a') return parseArray(cursor);
  if (code === '(') return parseStruct(cursor);
  throw new WireError(`signature has the type ${JSON.stringify(code)}, which is not allowed here`);
}

function parseArray(cursor: Cursor): Type {
  cursor.arrays += 1;
  if (cursor.arrays > MAX_NESTING) throw new WireError('signature nests arrays more than 32 deep');
  const isDict = cursor.text[cursor.at] === '{';
  const of = isDict ? parseEntry(cursor) : parseType(cursor);
  cursor.arrays -= 1;
  return { kind: 'array', of };
}

function parseEntry(cursor: Cursor): Type {
  cursor.at += 1;
  enterStruct(cursor);
  const key = parseType(cursor);
  if (key.kind !== 'basic') throw new WireError('signature has a dict whose key is not a basic type');
  const value = parseType(cursor);
  if (cursor.text[cursor.at] !== '}') throw new WireError('signature has a dict entry that is not key and value');
  cursor.at += 1;
  cursor.structs -= 1;
  return { kind: 'entry', key, value };
}

function parseStruct(cursor: Cursor): Type {
  enterStruct(cursor);
  const members: Type[] = [];
  while (cursor.text[cursor.at] !== ')') members.push(parseType(cursor));
  if (members.length === 0) throw new WireError('signature has an empty struct');
  cursor.at += 1;
  cursor.structs -= 1;
  return { kind: 'struct', members };
}

function enterStruct(cursor: Cursor): void {
  cursor.structs += 1;
  if (cursor.structs > MAX_NESTING) throw new WireError('signature nests structs more than 32 deep');
}

function isBasic(code: string): code is BasicCode {
  return (BASIC as readonly string[]).includes(code);
}
