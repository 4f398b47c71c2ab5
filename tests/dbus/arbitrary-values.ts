// Random D-Bus types with values of them.

import fc from 'fast-check';
import { Variant, type WireValue } from '../../src/dbus/wire/value.js';

export interface Typed {
  readonly signature: string;
  readonly value: WireValue;
}

/** A type as a signature and an arbitrary of its values, so that an array's items have one type. */
interface Shape {
  readonly signature: string;
  readonly values: fc.Arbitrary<WireValue>;
}

const text = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((each) => !each.includes('\0') && isWellFormed(each));
const key = text.map((each) => `k${each}`);
const path = fc
  .array(fc.stringMatching(/^[A-Za-z0-9_]{1,5}$/), { maxLength: 3 })
  .map((elements) => `/${elements.join('/')}`);

const BASIC: readonly Shape[] = [
  { signature: 'y', values: fc.integer({ min: 0, max: 255 }) },
  { signature: 'b', values: fc.boolean() },
  { signature: 'n', values: fc.integer({ min: -0x8000, max: 0x7fff }) },
  { signature: 'q', values: fc.integer({ min: 0, max: 0xffff }) },
  { signature: 'i', values: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }) },
  { signature: 'u', values: fc.integer({ min: 0, max: 0xffff_ffff }) },
  { signature: 'x', values: fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }) },
  { signature: 't', values: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
  { signature: 'd', values: fc.double({ noNaN: true }) },
  { signature: 's', values: text },
  { signature: 'o', values: path },
  { signature: 'g', values: fc.constantFrom('', 's', 'a{sv}', '(tt)') },
];

const basic = fc.constantFrom(...BASIC);

const shape: fc.Arbitrary<Shape> = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    basic,
    tie('shape').map(variantOf),
    tie('shape').map(arrayOf),
    fc.array(tie('shape'), { minLength: 1, maxLength: 3 }).map(structOf),
    tie('shape').map(dictOf),
  ),
})).shape;

/** One type and a value of it. */
export const typed: fc.Arbitrary<Typed> = shape
  .filter(({ signature }) => signature.length < 60)
  .chain(({ signature, values }) => values.map((value) => ({ signature, value })));

export const bodies: fc.Arbitrary<readonly Typed[]> = fc.array(typed, { maxLength: 4 });

function variantOf({ signature, values }: Shape): Shape {
  return { signature: 'v', values: values.map((value) => new Variant(signature, value)) };
}

function arrayOf({ signature, values }: Shape): Shape {
  if (signature === 'y') return { signature: 'ay', values: fc.uint8Array({ maxLength: 9 }) };
  return { signature: `a${signature}`, values: fc.array(values, { maxLength: 3 }) };
}

function structOf(members: readonly Shape[]): Shape {
  return {
    signature: `(${members.map((each) => each.signature).join('')})`,
    values: fc.tuple(...members.map((each) => each.values)),
  };
}

/** Keys are strings that are no numbers: dbus-next holds dicts as objects, which put those first. */
function dictOf({ signature, values }: Shape): Shape {
  const entries = fc.uniqueArray(fc.tuple(key, values), { selector: ([each]) => each, maxLength: 3 });
  return { signature: `a{s${signature}}`, values: entries.map((each) => new Map<WireValue, WireValue>(each)) };
}

function isWellFormed(each: string): boolean {
  return Buffer.from(each, 'utf8').toString('utf8') === each;
}
