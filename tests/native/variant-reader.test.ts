import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AptOstreeError } from '../../src/model/errors.js';
import { readVariant, type Value, VariantValue } from '../../src/native/variant-reader.js';

// serialised by GLib: Gio.Variant(TYPE, …).get_data_as_bytes()
const SAMPLES: readonly (readonly [string, string, Value])[] = [
  ['b', '01', true],
  ['y', 'ff', 255],
  ['n', 'feff', -2],
  ['u', '07000000', 7],
  ['x', 'ffffffffffffffff', -1n],
  ['t', '0000000000000080', 9223372036854775808n],
  ['s', '66c3bc00', 'fü'],
  ['ay', '010203', Buffer.from([1, 2, 3])],
  ['as', '', []],
  ['as', '61006263000205', ['a', 'bc']],
  ['au', '0100000002000000', [1, 2]],
  ['(yu)', '0500000007000000', [5, 7]],
  ['(sus)', '6162000007000000630003', ['ab', 7, 'c']],
  ['ms', '', null],
  ['ms', '610000', 'a'],
  ['mu', '07000000', 7],
  [
    'a(yy)',
    '01020304',
    [
      [1, 2],
      [3, 4],
    ],
  ],
];

for (const [type, hex, value] of SAMPLES)
  test(`${type} is read from ${hex || 'nothing'}`, () => {
    assert.deepEqual(readVariant(type, Buffer.from(hex, 'hex')), value);
  });

test('a variant is read when it is asked for', () => {
  const value = readVariant('v', Buffer.from('070000000075', 'hex'));
  assert.ok(value instanceof VariantValue);
  assert.equal(value.type, 'u');
  assert.equal(value.read(), 7);
});

test('lists longer than a byte can count are read whole', () => {
  const strings = Array.from({ length: 5000 }, (_, index) => `entry ${index}`);
  const texts = strings.map((text) => Buffer.from(`${text}\0`));
  let end = 0;
  const ends = Buffer.alloc(4 * strings.length);
  for (const [index, text] of texts.entries()) {
    end += text.length;
    ends.writeUInt32LE(end, 4 * index);
  }
  assert.deepEqual(readVariant('as', Buffer.concat([...texts, ends])), strings);
});

test('bytes that fit no type end in a coded error, never in a crash', () => {
  const types = fc.constantFrom('(a{sv}aya(say)sstayay)', '(a(say)a(sayay))', 'a{sv}', 'v', '(mumsas)', 'aas');
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 300 }), (type, bytes) => {
      try {
        readDeep(readVariant(type, Buffer.from(bytes)), 0);
      } catch (error) {
        assert.ok(error instanceof AptOstreeError, String(error));
        assert.equal(error.code, 'ostree-failed');
      }
    }),
    { numRuns: 5000 },
  );
});

function readDeep(value: Value, depth: number): void {
  if (value instanceof VariantValue) readDeep(value.read(), depth + 1);
  else if (Array.isArray(value)) for (const each of value as readonly Value[]) readDeep(each, depth + 1);
}
