// D-Bus values in memory: t and x are bigint, `ay` is bytes, a dict is a Map (an object would trip over `__proto__`).

export type WireValue =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Variant
  | readonly WireValue[]
  | ReadonlyMap<WireValue, WireValue>;

/** An `a{sv}`. */
export type VarDict = ReadonlyMap<string, Variant>;

/** A value that carries its type. */
export class Variant {
  readonly signature: string;
  readonly value: WireValue;

  constructor(signature: string, value: WireValue) {
    this.signature = signature;
    this.value = value;
  }
}

/** `a{sv}` from signature and value by key. */
export function varDict(entries: Readonly<Record<string, readonly [string, WireValue]>>): VarDict {
  return new Map(Object.entries(entries).map(([key, [signature, value]]) => [key, new Variant(signature, value)]));
}

/** Text of other programs as D-Bus can carry it: a bus cuts off whoever sends a zero byte. */
export function sendable(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}');
}

/** Same type and same content. */
export function isSameValue(one: WireValue, other: WireValue): boolean {
  if (one === other) return true;
  if (one instanceof Variant)
    return other instanceof Variant && one.signature === other.signature && isSameValue(one.value, other.value);
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  if (Array.isArray(one))
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, index) => isSameValue(item, other[index]))
    );
  if (one instanceof Map)
    return (
      other instanceof Map &&
      one.size === other.size &&
      [...one].every(([key, value]) => isSameEntry(other, key, value))
    );
  return Object.is(one, other);
}

function isSameEntry(map: ReadonlyMap<WireValue, WireValue>, key: WireValue, value: WireValue): boolean {
  const there = map.get(key);
  return there !== undefined && isSameValue(value, there);
}
