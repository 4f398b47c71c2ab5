import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Framer } from '../../src/dbus/wire/framer.js';
import { encodeMessage, message } from '../../src/dbus/wire/message.js';
import { WireError } from '../../src/dbus/wire/wire-error.js';

const LIMIT = 64 * 1024;

function sample(text: string): Buffer {
  return encodeMessage(message({ type: 'call', path: '/a', member: 'M', signature: 's', body: [text] }), 1);
}

describe('framer', () => {
  it('gives the same messages however the stream is cut', () => {
    const texts = ['', 'a', 'b'.repeat(300), 'c', 'd'.repeat(5000)];
    const stream = Buffer.concat(texts.map(sample));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const framer = new Framer(LIMIT);
        const read: unknown[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          for (const each of framer.push(stream.subarray(at, at + size))) read.push(each.body[0]);
          at += size;
        }
        assert.deepEqual(read, texts);
      }),
    );
  });

  it('refuses a message above its limit from the first 16 bytes', () => {
    const huge = Buffer.from('6c010001ffffff7f0100000010000000', 'hex');
    assert.throws(() => new Framer(LIMIT).push(huge), /longer than/);
    const wrapping = Buffer.from('6c010001ffffffff01000000ffffffff', 'hex');
    assert.throws(() => new Framer(LIMIT).push(wrapping), /longer than/);
  });

  it('refuses random bytes or waits for more, and does nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        try {
          new Framer(LIMIT).push(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof WireError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('ignores a message of a type that does not exist yet', () => {
    const bytes = sample('x');
    bytes[1] = 9;
    assert.deepEqual(new Framer(LIMIT).push(bytes), []);
  });

  it('takes a message that comes byte by byte in linear time', () => {
    const bytes = sample('x'.repeat(60_000));
    const framer = new Framer(LIMIT * 2);
    const startedAtMs = performance.now();
    let count = 0;
    for (const byte of bytes) count += framer.push(Buffer.from([byte])).length;
    assert.equal(count, 1);
    assert.ok(performance.now() - startedAtMs < 2000);
  });
});
