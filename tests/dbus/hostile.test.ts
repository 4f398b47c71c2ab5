// Bytes, messages and options of clients that mean harm or speak badly: refused with one kind of error, in bounded memory.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BusReader } from '../../src/dbus/bus-reader.js';
import { INTERFACES } from '../../src/dbus/members.js';
import { transactionOfAddress, transactionOfPath } from '../../src/dbus/names.js';
import { readOptions } from '../../src/dbus/options.js';
import { cleanup, deploy, pkgChange, refreshMd, rollback, updateDeployment } from '../../src/dbus/os-requests.js';
import { SaslServer } from '../../src/dbus/sasl.js';
import { Framer } from '../../src/dbus/wire/framer.js';
import { encodeMessage, type Message, message } from '../../src/dbus/wire/message.js';
import { parseSignature } from '../../src/dbus/wire/signature.js';
import { unmarshal } from '../../src/dbus/wire/unmarshal.js';
import { isSameValue, type VarDict, Variant } from '../../src/dbus/wire/value.js';
import { WireError } from '../../src/dbus/wire/wire-error.js';
import { nastyText, refusedOrRead, runs } from '../hostile/fuzz.js';
import { bodies, typed } from './arbitrary-values.js';

const LIMIT = 1 << 20;

function wireOrRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof WireError, error instanceof Error ? error.stack : String(error));
    return null;
  }
}

describe('the framer', () => {
  const stream = fc.array(bodies, { minLength: 1, maxLength: 4 }).map((all) =>
    Buffer.concat(
      all.map((parts, index) =>
        encodeMessage(
          message({
            ...{ type: 'call', path: '/a', interface: 'a.b', member: 'C' },
            signature: parts.map((each) => each.signature).join(''),
            body: parts.map((each) => each.value),
          }),
          index + 1,
        ),
      ),
    ),
  );
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 30 });

  it('finds the same messages however the stream is cut', () => {
    fc.assert(
      fc.property(stream, cuts, (bytes, lengths) => {
        const whole = new Framer(LIMIT).push(bytes);
        const cut = pieces(bytes, lengths).flatMap((piece, _, all) => framed(all).push(piece));
        assert.equal(cut.length, whole.length);
        for (const [index, each] of cut.entries()) assert.ok(isSameValue(each.body, whole[index]?.body ?? []));
      }),
      runs(300),
    );
  });

  it('refuses or reads what is damaged, in any pieces', () => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(stream, cuts, fc.array(change, { maxLength: 5 }), (bytes, lengths, changes) => {
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const framer = new Framer(LIMIT);
        wireOrRefused(() => pieces(bytes, lengths).map((piece) => framer.push(piece)));
      }),
      runs(1500),
    );
  });

  it('reads any bytes or refuses them', () => {
    const header = fc.tuple(fc.constantFrom('l', 'B'), fc.uint8Array({ maxLength: 120 }));
    fc.assert(
      fc.property(header, ([order, bytes]) => {
        wireOrRefused(() => new Framer(LIMIT).push(Buffer.concat([Buffer.from(`${order}\x01\x00\x01`), bytes])));
      }),
      runs(1500),
    );
  });

  it('holds little more than what came when it comes byte by byte', () => {
    const framer = new Framer(LIMIT);
    const body = 'x'.repeat(200_000);
    const bytes = encodeMessage(message({ type: 'call', path: '/', member: 'M', signature: 's', body: [body] }), 1);
    global.gc?.();
    const before = process.memoryUsage();
    let read: readonly Message[] = [];
    for (const byte of bytes) read = [...read, ...framer.push(Buffer.from([byte]))];
    const after = process.memoryUsage();
    assert.equal(read.length, 1);
    assert.ok(after.external + after.arrayBuffers - before.external - before.arrayBuffers < 64 * LIMIT);
  });

  /** One framer for all pieces of a run. */
  function framed(all: readonly Buffer[]): Framer {
    const known = framers.get(all) ?? new Framer(LIMIT);
    framers.set(all, known);
    return known;
  }
  const framers = new WeakMap<readonly Buffer[], Framer>();
});

function pieces(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    found.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...found, bytes.subarray(at)];
}

describe('the reader of a bus', () => {
  it('passes over what is too long or cannot be read, tells its head, and goes on', () => {
    const call = (serial: number, body: string) =>
      encodeMessage(
        message({ type: 'call', path: '/', member: 'M', sender: ':1.7', signature: 's', body: [body] }),
        serial,
      );
    const descriptor = call(2, 'hello');
    descriptor.write('h', descriptor.lastIndexOf('\x01s\0') + 1, 'latin1');
    const stream = Buffer.concat([call(1, 'a'), descriptor, call(3, 'x'.repeat(3 * LIMIT)), call(4, 'b')]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 * LIMIT }), { maxLength: 8 }), (lengths) => {
        const heard: string[] = [];
        const reader = new BusReader({
          onMessage: ({ serial, body }) => heard.push(`${serial} ${String(body[0])}`),
          onUnreadable: (_error, head) => heard.push(`${head?.serial} of ${head?.sender} refused`),
        });
        for (const piece of pieces(stream, lengths)) reader.push(piece);
        assert.deepEqual(heard, ['1 a', '2 of :1.7 refused', '3 of :1.7 refused', '4 b']);
      }),
      runs(60),
    );
  });
});

describe('signatures and values', () => {
  it('of any characters are read or refused', () => {
    const codes = fc.array(fc.constantFrom(...'ybnqiuxtdsogvah(){}r*'), { maxLength: 60 }).map((all) => all.join(''));
    fc.assert(
      fc.property(
        fc.oneof(
          codes,
          nastyText,
          codes.map((each) => each.repeat(9)),
        ),
        (signature) => {
          wireOrRefused(() => parseSignature(signature));
        },
      ),
      runs(1500),
    );
  });

  it('of any type are read from any bytes, or refused', () => {
    fc.assert(
      fc.property(typed, fc.uint8Array({ maxLength: 200 }), fc.boolean(), ({ signature }, bytes, little) => {
        wireOrRefused(() => unmarshal(signature, Buffer.from(bytes), little));
      }),
      runs(1500),
    );
  });

  it('that claim more than they hold cost no more than they hold', () => {
    const claims = ['ffffff03', '00000004', 'ffffffff', '01000000'];
    for (const claim of claims)
      for (const signature of ['s', 'as', 'ay', 'a{sv}', 'aaaaay', 'av'])
        wireOrRefused(() => unmarshal(signature, Buffer.from(claim, 'hex'), true));
  });
});

describe('authentication', () => {
  const lines = fc.array(
    fc.oneof(
      fc.constantFrom(
        'AUTH',
        'AUTH EXTERNAL 30',
        'AUTH EXTERNAL',
        'DATA',
        'DATA 30',
        'CANCEL',
        'ERROR',
        'BEGIN',
        'NEGOTIATE_UNIX_FD',
        '',
        'AUTH EXTERNAL 31',
      ),
      nastyText,
    ),
    { maxLength: 30 },
  );

  it('answers no more than it is asked, and begins only for whom the kernel names', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat({ max: 50 }), { maxLength: 10 }), (given, lengths) => {
        const server = new SaslServer('ab'.repeat(16), 1000);
        const bytes = Buffer.from(`\0${given.join('\r\n')}\r\n`, 'latin1');
        let replied = 0;
        for (const piece of pieces(bytes, lengths)) {
          const result = server.push(piece);
          replied += result.reply.length;
          if (result.type === 'begun') assert.ok(given.some((line) => /^(AUTH EXTERNAL|DATA)/.test(line)));
          if (result.type !== 'going-on') break;
        }
        assert.ok(replied < 2000, `${replied} bytes of answers`);
      }),
      runs(800),
    );
  });

  it('ends a client that never says anything it knows', () => {
    const server = new SaslServer('ab'.repeat(16), 0);
    const result = server.push(Buffer.from(`\0${'\r\n'.repeat(20_000)}`));
    assert.equal(result.type, 'failed');
    assert.ok(result.reply.length < 1000);
  });
});

describe('options and arguments of methods', () => {
  const KEYS = [
    'reboot',
    'plan',
    'dry-run',
    'cache-only',
    'initiating-command-line',
    'no-layering',
    'install-packages',
    'set-revision',
    'no-pull-base',
    'force',
    'uninstall-packages',
    'install-local-package-paths',
    'idempotent-layering',
  ];
  const value = fc.oneof(
    typed.map((each) => new Variant(each.signature, each.value)),
    fc.boolean().map((each) => new Variant('b', each)),
    nastyText.map((each) => new Variant('s', each)),
    fc.array(nastyText, { maxLength: 5 }).map((each) => new Variant('as', each)),
  );
  const dict: fc.Arbitrary<VarDict> = fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), nastyText), value), { maxLength: 5 })
    .map((entries) => new Map(entries));
  const names = fc.array(fc.oneof(fc.constantFrom('htop', 'vim'), nastyText), { maxLength: 5 });

  it('become a request or a refusal, and the request is one that may be made', () => {
    fc.assert(
      fc.property(dict, dict, names, names, nastyText, (options, modifiers, added, removed, text) => {
        const asks = [
          () => pkgChange({ stateroot: 'debian', options, added, removed }),
          () => updateDeployment('debian', modifiers, options),
          () => deploy('debian', text, options),
          () => rollback('debian', options),
          () => refreshMd('debian', options),
          () => cleanup('debian', added),
        ];
        for (const ask of asks) {
          const asked = refusedOrRead(ask);
          if (asked !== null) assert.ok(JSON.stringify(asked.request).length <= 128 * 1024);
        }
      }),
      runs(800),
    );
  });

  it('have the types of their table, or are refused', () => {
    const types = { reboot: 'b', plan: 's', force: 'as' } as const;
    fc.assert(
      fc.property(dict, (given) => {
        const options = refusedOrRead(() => readOptions('X', types, given));
        if (options === null) return;
        assert.ok(Object.keys(options).every((key) => key in types));
        assert.ok(options.plan === undefined || typeof options.plan === 'string');
      }),
      runs(800),
    );
  });

  it('that name a transaction name one or none', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          nastyText,
          nastyText.map((each) => `unix:path=/run/transaction-${each}.sock`),
        ),
        (text) => {
          refusedOrRead(() => transactionOfAddress(text));
          refusedOrRead(() => transactionOfPath(text));
        },
      ),
      runs(400),
    );
  });

  it('are few enough to be listed, and none of them is a file descriptor', () => {
    for (const { methods } of INTERFACES)
      for (const method of Object.values(methods)) assert.doesNotMatch(Object.values(method.in).join(''), /h/);
  });
});
