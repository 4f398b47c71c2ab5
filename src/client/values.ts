// D-Bus values as plain JSON, and typed reads of properties.

import { type VarDict, Variant, type WireValue } from '../dbus/wire/value.js';
import { AptOstreeError } from '../model/errors.js';
import type { Json } from './client.js';

export function toJson(value: WireValue): Json {
  if (value instanceof Variant) return toJson(value.value);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), toJson(item)]));
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

export function textProperty(values: VarDict, name: string): string {
  const value = values.get(name)?.value;
  if (typeof value !== 'string') throw unreadable(name);
  return value;
}

export function numberProperty(values: VarDict, name: string): number {
  const value = values.get(name)?.value;
  if (typeof value !== 'number') throw unreadable(name);
  return value;
}

/** The only result of a method. */
export function textResult(body: readonly WireValue[]): string {
  const [value] = body;
  if (typeof value !== 'string') throw unreadable('the reply');
  return value;
}

export function textsResult(body: readonly WireValue[]): readonly string[] {
  const [value] = body;
  if (!Array.isArray(value)) throw unreadable('the reply');
  return value.map((item) => {
    if (typeof item !== 'string') throw unreadable('the reply');
    return item;
  });
}

export function unreadable(what: string): AptOstreeError {
  return new AptOstreeError('internal', `internal error: apt-ostreed sent ${what} in a form that is not understood`);
}
