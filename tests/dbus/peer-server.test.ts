import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { encodeMessage, message } from '../../src/dbus/wire/message.js';
import { varDict } from '../../src/dbus/wire/value.js';
import { NAME, runProgram } from './bus-fixture.js';
import { exchange, HANDSHAKE, isClosedAfter, PeerFixture, rawConnection } from './peer-fixture.js';

const IFACE = `${NAME}.Transaction`;

describe("a transaction's private socket", () => {
  let fixture: PeerFixture;
  before(() => {
    fixture = new PeerFixture();
  });
  after(() => fixture.stop());
  afterEach(() => {
    fixture.engine.onStart = () => undefined;
    fixture.engine.end({ state: 'Cancelled' });
    assert.deepEqual(fixture.bugs, []);
  });

  const committing = () => {
    fixture.engine.onStart = () => {
      fixture.engine.report({ type: 'task-begin', text: 'Working' });
      fixture.engine.report({ type: 'percent', text: 'Working', percent: 50 });
      fixture.engine.report({ type: 'task-end', text: 'Working' });
      fixture.engine.end({ state: 'Committed' });
    };
  };

  it('is started and followed to its end by GDBus without Hello', async () => {
    committing();
    const { address } = await fixture.transaction();
    const { stdout, stderr } = await runProgram(['/usr/bin/python3', '-c', GDBUS_CLIENT, address]);
    assert.equal(
      stdout,
      'title apt-ostree rollback\nstarted True\nTaskBegin\nPercentProgress\nTaskEnd\nFinished True\n',
      stderr,
    );
  });

  it('is started and followed to its end by libdbus', async () => {
    committing();
    const { address } = await fixture.transaction();
    const { stdout, stderr } = await runProgram(['/usr/bin/python3', '-c', LIBDBUS_CLIENT, address]);
    assert.equal(stdout, 'started True\nTaskBegin\nPercentProgress\nTaskEnd\nFinished True\n', stderr);
  });

  it('is called by gdbus, busctl and dbus-send, which take it for a bus', async () => {
    const { engine } = fixture;
    const { address, id } = await fixture.transaction();
    const introspected = await runProgram(['gdbus', 'introspect', '--address', address, '-d', NAME, '-o', '/']);
    assert.match(introspected.stdout, /InitiatingClientDescription = 'client\(id:test dbus::1.1 uid:0\)'/);
    const busctl = await runProgram(['busctl', `--address=${address}`, 'introspect', NAME, '/']);
    assert.match(busctl.stdout, /\.Finished\s+signal\s+bs/, busctl.stderr);
    const started = await runProgram(['busctl', `--address=${address}`, 'call', NAME, '/', IFACE, 'Start']);
    assert.equal(started.stdout, 'b true\n', started.stderr);
    assert.equal(engine.transaction(id).state, 'InProgress');
    const again = await runProgram([
      'gdbus',
      'call',
      '--address',
      address,
      '-d',
      NAME,
      '-o',
      '/',
      '-m',
      `${IFACE}.Start`,
    ]);
    assert.equal(again.stdout, '(false,)\n', again.stderr);
    const sent = await runProgram([
      'dbus-send',
      `--peer=${address}`,
      '--print-reply',
      '--dest=x.y',
      '/',
      `${IFACE}.Cancel`,
    ]);
    assert.match(sent.stdout, /method return/, sent.stderr);
    assert.equal(engine.transaction(id).state, 'Cancelled');
  });

  it('brings a late comer up to date when it calls Start', async () => {
    const { engine } = fixture;
    engine.onStart = () => undefined;
    const { path, id } = await fixture.transaction();
    engine.start(id);
    engine.report({ type: 'task-begin', text: 'Installing' });
    engine.report({ type: 'percent', text: 'Installing', percent: 70 });
    const heard = await exchange(path, [{ interface: IFACE, member: 'Start' }]);
    assert.deepEqual(
      heard.map(({ member, body }) => [member, ...body]),
      [
        [null, false],
        ['TaskBegin', 'Installing'],
        ['PercentProgress', 'Installing', 70],
      ],
    );
  });

  it('tells the end again to whoever calls Start after it, after the reply and with fresh properties', async () => {
    const { engine } = fixture;
    const { path } = await fixture.transaction();
    engine.end({ state: 'RolledBack', failure: { code: 'unsolvable', message: 'cannot install htop: no' } });
    const heard = await exchange(path, [
      { interface: 'org.freedesktop.DBus.Properties', member: 'Get', signature: 'ss', body: [IFACE, 'State'] },
      { interface: IFACE, member: 'Start' },
    ]);
    assert.equal(heard.length, 3);
    assert.deepEqual(heard[1]?.body, [false]);
    assert.deepEqual([heard[2]?.member, ...(heard[2]?.body ?? [])], ['Finished', false, 'cannot install htop: no']);
  });

  it('refuses users who are neither owner nor root', async () => {
    fixture.engine.calls.length = 0;
    const { address, path } = await fixture.transaction(65534);
    const owner = await runProgram(as('nobody', ['busctl', `--address=${address}`, 'call', NAME, '/', IFACE, 'Start']));
    assert.equal(owner.stdout, 'b true\n', owner.stderr);
    const other = await runProgram(as('games', ['busctl', `--address=${address}`, 'call', NAME, '/', IFACE, 'Cancel']));
    assert.notEqual(other.status, 0);
    assert.ok(fixture.notes.includes('refused a private connection of uid 5'), fixture.notes.join());
    assert.ok((await exchange(path, [{ interface: IFACE, member: 'Start' }])).length > 0);
    assert.ok(!fixture.engine.calls.includes('cancel'));
  });

  it('closes a connection that sends no D-Bus, and lives on', async () => {
    const { path } = await fixture.transaction();
    const hostile: Readonly<Record<string, Uint8Array>> = {
      'random bytes': Buffer.from('zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'),
      'a body above 1 GiB': header({ body: 0x7fff_ffff }),
      'header fields above 1 GiB': header({ fields: 0x7fff_ffff }),
      'a call above the limit': Buffer.concat([header({ body: 2 * 1024 * 1024 }), Buffer.alloc(100)]),
      'protocol version 2': changed((bytes) => bytes.writeUInt8(2, 3)),
      'message type 0': changed((bytes) => bytes.writeUInt8(0, 1)),
      'serial 0': changed((bytes) => bytes.writeUInt32LE(0, 8)),
      'a file descriptor in the body': replaced('s', 'h'),
      'a signature that is none': replaced('s', '{'),
      'a path that is none': changed((bytes) => bytes.write('x', bytes.indexOf('/org'))),
      'text that is not UTF-8': changed((bytes) => bytes.writeUInt8(0xff, bytes.indexOf('hello'))),
      'text without end': changed((bytes) => bytes.writeUInt8(7, bytes.indexOf('hello') + 5)),
      'deep nesting': deepVariants(),
    };
    for (const [what, bytes] of Object.entries(hostile)) assert.ok(await isClosedAfter(path, bytes), what);
    assert.ok(await starts(path));
  });

  it('survives random damage', async () => {
    const { path } = await fixture.transaction();
    const good = sampleCall();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { minLength: 1 }),
        async (damage) => {
          const bytes = Buffer.from(good);
          for (const [at, value] of damage) bytes[at % bytes.length] = value;
          const socket = await rawConnection(path);
          socket.resume();
          socket.end(Buffer.concat([HANDSHAKE, bytes]));
          await new Promise((resolve) => socket.once('close', resolve));
        },
      ),
      { numRuns: 200 },
    );
    assert.ok(await starts(path));
  });

  it('stops reading from a client that asks and does not read the answers', async () => {
    const { path } = await fixture.transaction();
    const socket = await rawConnection(path);
    const call = encodeMessage(
      message({ type: 'call', path: '/', interface: 'org.freedesktop.DBus.Introspectable', member: 'Introspect' }),
      1,
    );
    socket.write(HANDSHAKE);
    const burst = Buffer.concat(Array.from({ length: 1000 }, () => call));
    for (let turn = 0; turn < 200; turn += 1) socket.write(burst);
    const before = process.memoryUsage().rss;
    await sleep(500);
    assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024);
    assert.ok(await starts(path));
    socket.destroy();
  });

  it('closes a connection that does not finish its handshake, and takes no more than its share', async () => {
    const { path } = await fixture.transaction();
    const sockets = await Promise.all(Array.from({ length: 40 }, () => rawConnection(path)));
    await sleep(50);
    const closed = sockets.filter((socket) => socket.closed || socket.readableEnded || socket.destroyed);
    for (const socket of sockets) socket.resume();
    await sleep(50);
    assert.ok(sockets.filter((socket) => socket.destroyed).length >= 8, String(closed.length));
    for (const socket of sockets) socket.destroy();
    await sleep(20);
    assert.ok(await starts(path));
  });

  it('is removed once its transaction has ended and all have left', async () => {
    const { path } = await fixture.transaction();
    assert.ok(existsSync(path));
    fixture.engine.end({ state: 'Committed' });
    await sleep(100);
    await exchange(path, [{ interface: IFACE, member: 'Start' }]).catch(() => []);
    await sleep(100);
    assert.ok(!existsSync(path));
  });
});

/** Whether a new connection can still start the transaction. */
async function starts(path: string): Promise<boolean> {
  const heard = await exchange(path, [{ interface: IFACE, member: 'Start' }]);
  return heard.find((each) => each.type === 'return')?.body[0] === true;
}

function as(user: string, command: readonly string[]): readonly string[] {
  return ['setpriv', `--reuid=${user}`, '--regid=65534', '--clear-groups', ...command];
}

function sampleCall(): Buffer {
  const body = ['hello', varDict({ a: ['s', 'b'] })];
  return encodeMessage(
    message({ type: 'call', path: '/org', member: 'M', interface: 'a.b', signature: 'sa{sv}', body }),
    1,
  );
}

function header(of: { readonly body?: number; readonly fields?: number }): Buffer {
  const bytes = Buffer.from('6c010001000000000100000000000000', 'hex');
  bytes.writeUInt32LE(of.body ?? 0, 4);
  bytes.writeUInt32LE(of.fields ?? 0, 12);
  return bytes;
}

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = sampleCall();
  change(bytes);
  return bytes;
}

/** The sample with one type of its signature replaced. */
function replaced(from: string, to: string): Buffer {
  return changed((bytes) => bytes.write(to, bytes.indexOf(`${from}a{sv}`)));
}

function deepVariants(): Buffer {
  const depth = 80;
  const bytes = encodeMessage(
    message({ type: 'call', path: '/org', member: 'M', signature: 's', body: ['x'.repeat(300)] }),
    1,
  );
  const bodyAt = bytes.indexOf('xxx') - 4;
  bytes.write('v', bytes.indexOf('\x01g\0\x01s') + 4);
  for (let at = 0; at < depth; at += 1) bytes.write('\x01v\0', bodyAt + 3 * at, 'latin1');
  return bytes;
}

const GDBUS_CLIENT = `
import sys
from gi.repository import Gio, GLib
flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
connection = Gio.DBusConnection.new_for_address_sync(sys.argv[1], flags, None, None)
loop = GLib.MainLoop()
proxy = Gio.DBusProxy.new_sync(connection, 0, None, None, '/', '${IFACE}', None)
def on_signal(proxy, sender, name, arguments):
    if name == 'Finished':
        print(name, arguments[0])
        loop.quit()
    else:
        print(name)
proxy.connect('g-signal', on_signal)
print('title', proxy.get_cached_property('Title').unpack())
print('started', proxy.call_sync('Start', None, 0, 5000, None).unpack()[0])
GLib.timeout_add(5000, loop.quit)
loop.run()
`;

const LIBDBUS_CLIENT = `
import sys, dbus
from dbus.connection import Connection
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
connection = Connection(sys.argv[1], mainloop=DBusGMainLoop())
loop = GLib.MainLoop()
def on_signal(*arguments, member=None):
    if member == 'Finished':
        print(member, bool(arguments[0]))
        loop.quit()
    else:
        print(member)
connection.add_signal_receiver(on_signal, dbus_interface='${IFACE}', member_keyword='member')
print('started', bool(connection.call_blocking(None, '/', '${IFACE}', 'Start', '', ())))
GLib.timeout_add(5000, loop.quit)
loop.run()
`;
