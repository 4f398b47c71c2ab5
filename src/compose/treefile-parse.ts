// One treefile, YAML or JSON, as typed keys; every complaint names the file and the key.

import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { AptOstreeError } from '../model/errors.js';
import { isKey, KEYS, type Key, type Keys, type KeyType, type Mirror, type Value } from './treefile-keys.js';

export interface TreefileFragment {
  /** Files to take first, absolute. */
  readonly include: readonly string[];
  readonly keys: Keys;
}

/** Where a value stands: what a message names. */
interface Place {
  readonly file: string;
  readonly key: string;
}

/** @throws invalid-treefile */
export function parseTreefile(text: string, file: string, architecture: string): TreefileFragment {
  const keys: { [name: string]: unknown } = {};
  let include: readonly string[] = [];
  for (const [key, value] of Object.entries(document(text, file))) {
    const place = { file, key };
    if (key === 'include') include = textOrTexts(value, place).map((each) => resolve(dirname(file), each));
    else if (key.startsWith('packages-') && !isKey(key)) {
      const packages = parse('texts', value, place) as readonly string[];
      if (key === `packages-${architecture}`)
        keys['packages'] = [...((keys['packages'] as string[]) ?? []), ...packages];
    } else if (isKey(key))
      keys[key] = key === 'packages' ? joined(keys[key], value, place) : parse(KEYS[key], value, place);
    else
      throw new AptOstreeError('invalid-treefile', `cannot use treefile ${file}: unknown key ${JSON.stringify(key)}`);
  }
  // every value above came through the parser of its key's type
  return { include, keys: keys as Keys };
}

function joined(before: unknown, value: unknown, place: Place): readonly string[] {
  return [...(parse('texts', value, place) as readonly string[]), ...((before as readonly string[] | undefined) ?? [])];
}

function document(text: string, file: string): Readonly<Record<string, unknown>> {
  const lines = new LineCounter();
  const unreadable = (reason: string) =>
    new AptOstreeError('invalid-treefile', `cannot read treefile ${file}: ${reason}`);
  const value = guarded(() => {
    const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = parsed.errors;
    if (error === undefined) return parsed.toJS() as unknown;
    const reason = (error.message.split('\n')[0] ?? '').replace(/\.$/, '');
    throw unreadable(`line ${lines.linePos(error.pos[0]).line}: ${reason}`);
  }, unreadable);
  if (!isRecord(value)) throw unreadable('it must be a map of keys');
  return value;
}

/** The library throws errors of its own for aliases that lead nowhere or multiply, and overflows the stack for deep nesting. */
function guarded<T>(read: () => T, unreadable: (reason: string) => AptOstreeError): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof AptOstreeError) throw error;
    const nested = error instanceof RangeError && /call stack/.test(error.message);
    throw unreadable(nested ? 'it nests too deep' : error instanceof Error ? error.message : String(error));
  }
}

function parse(type: KeyType, value: unknown, place: Place): Value {
  switch (type) {
    case 'text':
      return text(value, place);
    case 'flag':
      return flag(value, place);
    case 'texts':
      return texts(value, place).flatMap((each) =>
        place.key.startsWith('packages') ? each.trim().split(/\s+/) : [each],
      );
    case 'verbatim':
      return textOrTexts(value, place);
    case 'path':
      return resolve(dirname(place.file), text(value, place));
    case 'paths':
      return texts(value, place).map((each) => resolve(dirname(place.file), each));
    case 'pairs':
      return list(value, place).map((each) => pair(each, place));
    case 'map':
      return map(value, place);
    case 'mirrors':
      return list(value, place).map((each) => mirror(each, place));
  }
}

function text(value: unknown, place: Place): string {
  // YAML reads `12` and `12.0` as numbers: for a version or a suite the digits are what is meant
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value === '') throw wrong(place, 'a text');
  return value;
}

function flag(value: unknown, place: Place): boolean {
  if (typeof value !== 'boolean') throw wrong(place, 'true or false');
  return value;
}

function list(value: unknown, place: Place): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(place, 'a list');
  return value;
}

function texts(value: unknown, place: Place): readonly string[] {
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string' && each.trim() !== ''))
    throw wrong(place, 'a list of texts');
  return value;
}

function textOrTexts(value: unknown, place: Place): readonly string[] {
  return typeof value === 'string' ? [text(value, place)] : texts(value, place);
}

function pair(value: unknown, place: Place): readonly [string, string] {
  const [source, destination, ...more] = texts(value, place);
  if (source === undefined || destination === undefined || more.length > 0)
    throw wrong(place, 'a list of pairs [source, destination]');
  return [resolve(dirname(place.file), source), destination];
}

function map(value: unknown, place: Place): Readonly<Record<string, string>> {
  if (!isRecord(value)) throw wrong(place, 'a map of texts');
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, scalar(each, place)]));
}

function scalar(value: unknown, place: Place): string {
  if (!['string', 'number', 'boolean'].includes(typeof value)) throw wrong(place, 'a map of texts');
  return String(value);
}

const MIRROR_KEYS = ['uri', 'suites', 'components', 'signed-by'];

function mirror(value: unknown, place: Place): Mirror {
  if (typeof value === 'string') return { uri: text(value, place), suites: null, components: null, signedBy: null };
  if (!isRecord(value)) throw wrong(place, 'a list of addresses or of maps with a uri');
  const unknown = Object.keys(value).find((name) => !MIRROR_KEYS.includes(name));
  if (unknown !== undefined)
    throw wrong(place, `a list of maps with the keys ${MIRROR_KEYS.join(', ')}, and has ${JSON.stringify(unknown)}`);
  const { uri, suites, components, 'signed-by': signedBy } = value;
  return {
    uri: text(uri, { ...place, key: `${place.key}.uri` }),
    suites: suites === undefined ? null : textOrTexts(suites, { ...place, key: `${place.key}.suites` }),
    components: components === undefined ? null : textOrTexts(components, { ...place, key: `${place.key}.components` }),
    signedBy: signedBy === undefined ? null : resolve(dirname(place.file), text(signedBy, place)),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong({ file, key }: Place, expected: string): AptOstreeError {
  return new AptOstreeError(
    'invalid-treefile',
    `cannot use treefile ${file}: key ${JSON.stringify(key)} must be ${expected}`,
  );
}

/** The type of a key, for merging. */
export function typeOf(key: Key): KeyType {
  return KEYS[key];
}
