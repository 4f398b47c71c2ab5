// Callers that flood, lie, stop in the middle or never go away: the daemon lives, stays small and answers others.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallParts, WireConnection } from '../../src/client/wire-connection.js';
import { marshal } from '../../src/dbus/wire/marshal.js';
import { encodeMessage, type Message, message } from '../../src/dbus/wire/message.js';
import { Variant, type WireValue } from '../../src/dbus/wire/value.js';
import { AptOstreeError } from '../../src/model/errors.js';
import { HANDSHAKE, rawConnection } from '../dbus/peer-fixture.js';
import { until } from './commands.js';
import { NAME } from './daemon.js';
import { OS_PATH, Stand } from './stand.js';

const SYSROOT_PATH = '/org/projectatomic/aptostree1/Sysroot';
const MEGABYTE = 1024 * 1024;
/** Twice what the daemon takes when it has worked, whatever it is sent. */
const MOST_MEMORY = 320 * MEGABYTE;

describe('a daemon that is flooded, lied to and left alone', { timeout: 600_000 }, () => {
  let stand: Stand;
  const connections: WireConnection[] = [];
  const sockets: Socket[] = [];
  let pid = 0;

  before(async () => {
    stand = await Stand.open({ serve: 'bus' });
    pid = stand.daemon.pid;
  });
  beforeEach(() => stand.settled());
  afterEach(async () => {
    for (const each of connections.splice(0)) each.close();
    for (const each of sockets.splice(0)) each.destroy();
    await honest();
  });
  after(() => stand.close({ keepDownloads: true }));

  /** The same daemon answers somebody who asks properly, and has not grown. */
  async function honest(): Promise<void> {
    assert.ok(stand.daemon.running, stand.daemon.started.stderr);
    assert.equal((await stand.deployments()).length, 1);
    assert.equal(stand.daemon.pid, pid);
    assert.ok(memory() < MOST_MEMORY, `${Math.round(memory() / MEGABYTE)} MB`);
    assert.doesNotMatch(stand.daemon.started.stderr, /uncaught|unhandled/i);
  }

  function memory(): number {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes) * 1024;
  }

  async function client(): Promise<WireConnection> {
    const connection = await WireConnection.open(stand.bus.address.replace('unix:path=', ''));
    connections.push(connection);
    await connection.call({ ...BUS, member: 'Hello' });
    return connection;
  }

  const to = (
    path: string,
    of: string,
    member: string,
    signature = '',
    body: readonly WireValue[] = [],
  ): CallParts => ({
    ...{ destination: NAME, path, interface: `${NAME}.${of}`, member, signature, body },
  });
  const register = (options: Readonly<Record<string, Variant>>) =>
    to(SYSROOT_PATH, 'Sysroot', 'RegisterClient', 'a{sv}', [new Map(Object.entries(options))]);
  const pkgChange = (added: readonly string[], options: readonly (readonly [string, Variant])[] = []) =>
    to(OS_PATH, 'OS', 'PkgChange', 'a{sv}asas', [new Map(options), added, []]);

  it('registrations: thousands, from many, with names too long and of wrong types', async () => {
    const clients = await Promise.all(Array.from({ length: 40 }, client));
    const replies = await Promise.all(
      clients.flatMap((each, index) =>
        Array.from({ length: 100 }, (_, call) =>
          each.call(
            register(
              call % 4 === 0
                ? { id: new Variant('s', `c${index}`) }
                : call % 4 === 1
                  ? { id: new Variant('s', 'x'.repeat(100_000)) }
                  : call % 4 === 2
                    ? { id: new Variant('u', 7) }
                    : { 'initiating-command-line': new Variant('s', `\x1b]0;x\x07${'y'.repeat(50_000)}`) },
            ),
          ),
        ),
      ),
    );
    assert.equal(replies.filter(({ type }) => type === 'return').length, 2000);
    for (const each of replies) assertNoInnards(each);
  });

  it('arguments of every wrong type, length and number', async () => {
    const caller = await client();
    const long = 'x'.repeat(2 * MEGABYTE);
    const names = Array.from({ length: 100_000 }, (_, index) => `package${index}`);
    const wrong: readonly CallParts[] = [
      pkgChange(names),
      pkgChange([long]),
      pkgChange(['htop'], [['plan', new Variant('s', long)]]),
      pkgChange(['htop'], [['__proto__', new Variant('b', true)]]),
      pkgChange(['../../../etc/passwd', '--force', '\x1b[2J']),
      to(OS_PATH, 'OS', 'PkgChange', 'as', [['htop']]),
      to(OS_PATH, 'OS', 'PkgChange', 'a{sv}asasb', [new Map(), [], [], true]),
      to(OS_PATH, 'OS', 'Deploy', 'sa{sv}', [long, new Map()]),
      to(OS_PATH, 'OS', 'Deploy', 'sa{sv}', ['\n', new Map()]),
      to(OS_PATH, 'OS', 'UpdateDeployment', 'a{sv}a{sv}', [
        new Map([['install-local-package-paths', new Variant('as', ['relative'])]]),
        new Map(),
      ]),
      to(OS_PATH, 'OS', 'UpdateDeployment', 'a{sv}a{sv}', [
        new Map([['install-local-package-fds', new Variant('au', [1, 2])]]),
        new Map(),
      ]),
      to(OS_PATH, 'OS', 'Cleanup', 'as', [['everything']]),
      to(OS_PATH, 'OS', 'constructor'),
      to(OS_PATH, '__proto__', 'Deploy'),
      to('/org/projectatomic/aptostree1/Transaction/0', 'Transaction', 'Start'),
      to(`/org/projectatomic/aptostree1/Transaction/${'f'.repeat(32)}`, 'Transaction', 'Cancel'),
      to('/org/projectatomic/aptostree1/Journal', 'Journal', 'ListEvents', 'a{sv}', [
        new Map([['limit', new Variant('u', 4_000_000_000)]]),
      ]),
      {
        ...to(SYSROOT_PATH, 'Sysroot', 'Set', 'ssv', [`${NAME}.Sysroot`, 'Path', new Variant('s', 'evil')]),
        interface: 'org.freedesktop.DBus.Properties',
      },
    ];
    for (const call of wrong) {
      const reply = await caller.call(call).catch((error: unknown) => error);
      // the bus itself ends or refuses some of them
      if (reply instanceof AptOstreeError) continue;
      assert.equal((reply as Message).type, 'error', `${call.member} ${call.signature}`);
      assertNoInnards(reply as Message);
    }
    const every = to('/org/projectatomic/aptostree1/Journal', 'Journal', 'ListEvents', 'a{sv}', [
      new Map([['since', new Variant('t', 2n ** 64n - 1n)]]),
    ]);
    assertNoInnards(await caller.call(every));
  });

  it('messages as large as the bus lets through, made of as many values as fit', async () => {
    // as bytes: two million variants, six million empty strings, one long array of bytes
    const bodies: readonly (readonly [string, Buffer])[] = [
      ['av', Buffer.alloc(8 * MEGABYTE, '\x01y\0\x01', 'latin1')],
      ['as', Buffer.alloc(30 * MEGABYTE - 3)],
      ['ay', Buffer.alloc(30 * MEGABYTE)],
    ];
    for (const [signature, items] of bodies) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(items.length);
      const socket = await rawBus();
      socket.write(rawCall(signature, Buffer.concat([length, items])));
      await sleep(300);
      socket.destroy();
      await honest();
    }
  });

  it('descriptors that are not there', async () => {
    const socket = await rawBus();
    // four types that mean a descriptor, and none was sent along
    for (const signature of ['h', 'ah', 'a{sh}', 'v'])
      socket.write(
        rawCall(
          signature,
          signature === 'v'
            ? Buffer.from('0168000000000000', 'hex')
            : Buffer.from('0000000000000000', 'hex').subarray(0, signature === 'a{sh}' ? 8 : 4),
        ),
      );
    await sleep(200);
  });

  it('transactions that nobody starts, whose callers leave or stay', async () => {
    const first = await client();
    const opened = await first.call(pkgChange(['hello']));
    assert.equal(opened.type, 'return', String(opened.body[0]));
    const others = await Promise.all(Array.from({ length: 30 }, client));
    for (const [index, each] of others.entries()) {
      const reply = await each.call(pkgChange([`other${index}`]));
      assert.match(String(reply.body[0]), /^cannot begin: transaction in progress: /);
    }
    for (const each of connections.splice(0)) each.close();
    // the one whose caller left is dropped after a grace, and then somebody else's begins
    await stand.settled();
    assert.match((await stand.history('--limit', '1'))[0]?.failure ?? '', /left before it was started/);
    await stand.done('install', '--dry-run', 'hello');
  });

  it('a private socket: half handshakes, half messages, garbage, and clients that never say anything', async () => {
    const path = await createdTransaction();
    const greeting = Buffer.concat([
      HANDSHAKE,
      encodeMessage(message({ type: 'call', path: '/', interface: 'org.freedesktop.DBus.Peer', member: 'Ping' }), 1),
    ]);
    for (let length = 0; length <= greeting.length; length += 1) {
      const socket = await rawConnection(path);
      socket.write(greeting.subarray(0, length));
      if (length % 3 === 0) socket.destroy();
      else if (length % 3 === 1) socket.end();
      else sockets.push(socket);
      if (sockets.length > 20) for (const each of sockets.splice(0)) each.destroy();
    }
    for (const garbage of [
      '\0\0\0',
      'GET / HTTP/1.1\r\n\r\n',
      `\0AUTH EXTERNAL ${'3'.repeat(3000)}\r\n`,
      `\0${'\r\n'.repeat(60_000)}`,
      `${HANDSHAKE.toString('latin1')}l\x01\x00\x01\xff\xff\xff\x7f`,
    ]) {
      const socket = await rawConnection(path);
      socket.write(Buffer.from(garbage, 'latin1'));
      sockets.push(socket);
    }
    // thirty that say one byte and wait, each of which the daemon gives ten seconds
    for (let index = 0; index < 30; index += 1) {
      const socket = await rawConnection(path).catch(() => null);
      socket?.write('\0');
      if (socket !== null) sockets.push(socket);
    }
    await honest();
    for (const each of sockets.splice(0)) each.destroy();
    await runsToItsEnd(path);
  });

  it('a private socket: hundreds of connections of somebody it is not for', async () => {
    const path = await createdTransaction();
    const { stdout } = await stand.program(['/usr/bin/python3', '-c', KNOCK, path], {
      user: 'nobody',
      timeoutMs: 60_000,
    });
    assert.equal(stdout, '600 of 600 were closed\n');
    await runsToItsEnd(path);
  });

  it('a caller that reads nothing of what it asks for', async () => {
    const path = await createdTransaction();
    const socket = await rawConnection(path);
    sockets.push(socket);
    socket.pause();
    const ask = encodeMessage(
      message({ type: 'call', path: '/', interface: 'org.freedesktop.DBus.Introspectable', member: 'Introspect' }),
      1,
    );
    socket.write(HANDSHAKE);
    for (let index = 0; index < 20_000 && !socket.destroyed; index += 1) socket.write(ask);
    await sleep(500);
    await runsToItsEnd(path);
  });

  it('callers that leave at every point of a transaction', async () => {
    for (const leaveAfter of ['begin', 'start', 'first step'] as const) {
      const caller = await client();
      const reply = await caller.call(pkgChange(['hello'], [['dry-run', new Variant('b', true)]]));
      assert.equal(reply.type, 'return', String(reply.body[0]));
      const id = /transaction-([0-9a-f]{32})/.exec(String(reply.body[0]))?.[1];
      const start = to(`/org/projectatomic/aptostree1/Transaction/${id}`, 'Transaction', 'Start');
      if (leaveAfter !== 'begin') await caller.call(start);
      if (leaveAfter === 'first step') await sleep(200);
      caller.close();
      await stand.settled();
      const state = (await stand.history('--limit', '1'))[0]?.state;
      assert.equal(state, leaveAfter === 'begin' ? 'Cancelled' : 'Committed');
    }
  });

  /** Path of the private socket of a transaction that waits for its start. */
  async function createdTransaction(): Promise<string> {
    const caller = await client();
    const reply = await caller.call(pkgChange(['hello'], [['dry-run', new Variant('b', true)]]));
    return /^unix:path=([^,]+)/.exec(String(reply.body[0]))?.[1] ?? assert.fail(String(reply.body[0]));
  }

  async function runsToItsEnd(path: string): Promise<void> {
    const peer = await WireConnection.open(path);
    connections.push(peer);
    const finished = new Promise<Message>((resolve) => {
      peer.onSignal((signal) => signal.member === 'Finished' && resolve(signal));
    });
    const started = await peer.call({ path: '/', interface: `${NAME}.Transaction`, member: 'Start' });
    assert.deepEqual(started.body, [true]);
    assert.equal((await finished).body[0], true, String((await finished).body[1]));
    await stand.settled();
  }

  /** A connection to the bus on which anything can be sent. */
  async function rawBus(): Promise<Socket> {
    const socket = connect(stand.bus.address.replace('unix:path=', ''));
    sockets.push(socket);
    socket.on('error', () => undefined);
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      if (heard.length < 1000) heard += chunk.toString('latin1');
    });
    socket.write(`\0AUTH EXTERNAL ${Buffer.from('0').toString('hex')}\r\nBEGIN\r\n`);
    socket.write(encodeMessage(message({ type: 'call', ...BUS, member: 'Hello' }), 1));
    await until(() => heard.includes('NameAcquired') || heard.includes(':1.'), 'the bus');
    return socket;
  }
});

const BUS = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };

/** A call of ours with a body of any type, file descriptors too. */
function rawCall(signature: string, body: Buffer): Buffer {
  const fields = [
    [1, new Variant('o', SYSROOT_PATH)],
    [2, new Variant('s', `${NAME}.Sysroot`)],
    [3, new Variant('s', 'Reload')],
    [6, new Variant('s', NAME)],
  ];
  const parts = [marshal('yyyyuu', ['l'.charCodeAt(0), 1, 0, 1, body.length, 2]), Buffer.alloc(4)];
  let array = marshal('a(yv)', [fields as unknown as WireValue]).subarray(8);
  const tail = Buffer.concat([
    Buffer.from([8, 1]),
    Buffer.from('g\0'),
    Buffer.from([signature.length]),
    Buffer.from(`${signature}\0`),
  ]);
  array = Buffer.concat([array, Buffer.alloc(-array.length & 7), tail]);
  parts[1]?.writeUInt32LE(array.length);
  const head = Buffer.concat([...parts, array]);
  return Buffer.concat([head, Buffer.alloc(-head.length & 7), body]);
}

/** No stack, no path of a program. */
function assertNoInnards(reply: Message): void {
  const text = reply.type === 'error' ? String(reply.body[0]) : '';
  assert.doesNotMatch(text, /\bat .*:\d+:\d+|\.[jt]s\b|internal error|node:|[\0-\x1f]/);
}

const KNOCK = `
import socket, sys
closed = 0
for round in range(6):
    all = []
    for _ in range(100):
        s = socket.socket(socket.AF_UNIX); s.settimeout(10)
        try:
            s.connect(sys.argv[1]); s.send(b'\\0AUTH EXTERNAL\\r\\n')
        except OSError: pass
        all.append(s)
    for s in all:
        try: closed += s.recv(1) == b''
        except ConnectionError: closed += 1
        except socket.timeout: pass
        s.close()
print(closed, 'of 600 were closed')
`;
