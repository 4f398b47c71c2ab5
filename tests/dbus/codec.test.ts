import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toNext } from '../../src/dbus/bus-codec.js';
import { marshal } from '../../src/dbus/wire/marshal.js';
import { decodeMessage, encodeMessage, type Message, message } from '../../src/dbus/wire/message.js';
import { parseSignature } from '../../src/dbus/wire/signature.js';
import { unmarshal } from '../../src/dbus/wire/unmarshal.js';
import { isSameValue, Variant, varDict } from '../../src/dbus/wire/value.js';
import { WireError } from '../../src/dbus/wire/wire-error.js';
import { bodies, type Typed } from './arbitrary-values.js';

/** dbus-next's own encoder, which has no public face. */
const marshalNext: (next: unknown) => readonly [Buffer] = createRequire(import.meta.url)(
  'dbus-next/lib/marshall-compat.js',
).marshallMessage;

function call(parts: readonly Typed[]): Message {
  return message({
    type: 'call',
    path: '/org/example',
    interface: 'org.example.Thing',
    member: 'Do',
    destination: ':1.5',
    signature: parts.map((each) => each.signature).join(''),
    body: parts.map((each) => each.value),
  });
}

describe('codec', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(bodies, (parts) => {
        const read = decodeMessage(encodeMessage(call(parts), 7));
        assert.ok(read !== null);
        assert.equal(read.serial, 7);
        assert.ok(isSameValue(read.body, call(parts).body));
      }),
      { numRuns: 500 },
    );
  });

  it('writes the bytes that dbus-next writes', () => {
    fc.assert(
      fc.property(bodies.filter(isForNext), (parts) => {
        const next = toNext(call(parts));
        next.serial = 7;
        const [theirs] = marshalNext(next);
        assert.deepEqual(encodeMessage(call(parts), 7).toString('hex'), theirs.toString('hex'));
      }),
      { numRuns: 500 },
    );
  });

  it('reads big-endian messages', () => {
    // made by GLib: Gio.DBusMessage with set_byte_order(BIG_ENDIAN), body GLib.Variant('(uxas)', (42, -7, ['é', 'z']))
    const bytes = Buffer.from(
      '4201000100000022000000090000003c01016f00000000022f610000000000000201730000000003612e62000000000008016700047578617300' +
        '000000000000030173000000000358595a00000000000000002a00000000fffffffffffffff90000000e00000002c3a90000000000017a00',
      'hex',
    );
    const read = decodeMessage(bytes);
    assert.deepEqual([read?.path, read?.interface, read?.member, read?.serial], ['/a', 'a.b', 'XYZ', 9]);
    assert.deepEqual(read?.body, [42, -7n, ['é', 'z']]);
  });

  it('keeps the ends of the integer ranges', () => {
    const body = [-(2n ** 63n), 2n ** 64n - 1n, -0x8000_0000, 0xffff_ffff, -0x8000, 0xffff];
    assert.deepEqual(unmarshal('xtiunq', marshal('xtiunq', body), true), body);
  });

  it('keeps a dict key named __proto__', () => {
    const dict = new Map([['__proto__', new Variant('s', 'x')]]);
    const [read] = unmarshal('a{sv}', marshal('a{sv}', [dict]), true);
    assert.ok(read instanceof Map && isSameValue(read, dict));
  });

  it('refuses values that are not of their type', () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ['y', 256],
      ['u', -1],
      ['i', 2 ** 31],
      ['t', -1n],
      ['s', 5],
      ['s', 'a\0b'],
      ['o', 'not/a/path'],
      ['b', 1],
      ['a{sv}', { a: 1 }],
      ['v', 'bare'],
      ['(ss)', ['one']],
      ['as', 'text'],
    ];
    for (const [signature, value] of wrong)
      assert.throws(() => marshal(signature, [value as never]), WireError, `${signature} ${String(value)}`);
  });

  it('refuses signatures that are none, and file descriptors', () => {
    const deep = [`${'a'.repeat(33)}y`, `${'('.repeat(33)}y${')'.repeat(33)}`];
    const wrong = ['h', 'ah', 'a', '(', ')', '()', '{sv}', 'a{vs}', 'a{s}', 'a{sss}', 'z', 'y'.repeat(256), ...deep];
    for (const signature of wrong) assert.throws(() => parseSignature(signature), WireError, signature);
    assert.equal(parseSignature(`${'a'.repeat(32)}y`).length, 1);
  });

  it('refuses variants that nest too deep', () => {
    let variant = new Variant('s', 'inner');
    for (let depth = 0; depth < 70; depth += 1) variant = new Variant('v', variant);
    assert.throws(() => marshal('v', [variant]), /64 deep/);
    // sixty-six times the signature `v`, then a string: as bytes, since ours cannot write it
    const bytes = Buffer.concat([Buffer.from('017600'.repeat(66), 'hex'), Buffer.from('017300', 'hex')]);
    assert.throws(() => unmarshal('v', bytes, true), /64 deep/);
  });

  it('refuses every damaged message with the one error of the codec, or reads it', () => {
    const whole = encodeMessage(call([{ signature: 'a{sv}as', value: varDict({ a: ['t', 5n] }) }].slice(0, 0)), 3);
    const rich = encodeMessage(
      message({
        type: 'call',
        path: '/a/b',
        member: 'M',
        interface: 'a.b',
        signature: 'a{sv}asv(tb)ay',
        body: [
          varDict({ a: ['t', 5n], b: ['as', ['x', 'y']] }),
          ['one', 'two'],
          new Variant('a(uv)', [[3, new Variant('s', 'q')]]),
          [1n, true],
          new Uint8Array([1, 2, 3]),
        ],
      }),
      3,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(whole, rich),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat()),
        (bytes, changes, cut) => {
          const damaged = Buffer.from(bytes);
          for (const [at, value] of changes) damaged[at % damaged.length] = value;
          const given = cut === null ? damaged : damaged.subarray(0, 16 + (cut % (damaged.length - 16)));
          assertReadOrRefused(given);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

function assertReadOrRefused(bytes: Buffer): void {
  try {
    decodeMessage(bytes);
  } catch (error) {
    assert.ok(error instanceof WireError, `not a WireError: ${String(error)}`);
  }
}

/** dbus-next sends -0 and an empty signature differently, and mistakes some arrays for its own variants. */
function isForNext(parts: readonly Typed[]): boolean {
  return !parts.some(({ signature }) => /[dg]/.test(signature));
}
