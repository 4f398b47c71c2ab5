// A transaction with its private socket, and raw connections to it.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UNCONFIGURED } from '../../src/dbus/configured.js';
import { EngineService } from '../../src/dbus/engine-service.js';
import { PEER_GATE } from '../../src/dbus/gate.js';
import { Framer } from '../../src/dbus/wire/framer.js';
import { encodeMessage, type Message, message } from '../../src/dbus/wire/message.js';
import type { TransactionId } from '../../src/model/transaction.js';
import { peerCredentials } from '../../src/native/libc.js';
import { MemoryEngine, sampleDeployment } from './memory-engine.js';

export class PeerFixture {
  readonly engine = new MemoryEngine();
  readonly directory = mkdtempSync(join(tmpdir(), 'apt-ostree-peer-'));
  readonly notes: string[] = [];
  readonly bugs: unknown[] = [];
  readonly service = new EngineService({
    engine: this.engine,
    gate: PEER_GATE,
    socketDirectory: join(this.directory, 'run'),
    peerCredentials,
    log: { bug: (error) => this.bugs.push(error), note: (line) => this.notes.push(line) },
    configured: UNCONFIGURED,
    guardTimes: null,
  });

  constructor() {
    chmodSync(this.directory, 0o755);
  }

  /** A new transaction of UID, once its socket can be connected to. */
  async transaction(uid = 0): Promise<{ readonly id: TransactionId; readonly address: string; readonly path: string }> {
    const { id } = this.engine.submit({
      request: { kind: 'rollback', stateroot: sampleDeployment({ serial: 0 }).stateroot, reboot: false },
      caller: { uid, pid: 1, sender: ':1.1', client: 'test', commandLine: 'apt-ostree rollback' },
      authorizations: [],
    });
    const path = join(this.directory, 'run', `transaction-${id}.sock`);
    for (;;) {
      const socket = await rawConnection(path).catch(() => null);
      if (socket !== null) {
        socket.destroy();
        break;
      }
    }
    return { id, address: `unix:path=${path}`, path };
  }

  async stop(): Promise<void> {
    await this.service.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export async function rawConnection(path: string): Promise<Socket> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return socket;
}

export const HANDSHAKE = Buffer.from('\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n', 'latin1');

/** Sends bytes after the handshake; true when the other side then closes the connection. */
export async function isClosedAfter(path: string, bytes: Uint8Array, waitMs = 2000): Promise<boolean> {
  const socket = await rawConnection(path);
  socket.resume();
  socket.write(Buffer.concat([HANDSHAKE, bytes]));
  const closed = await new Promise<boolean>((resolve) => {
    socket.once('close', () => resolve(true));
    setTimeout(() => resolve(false), waitMs).unref();
  });
  socket.destroy();
  return closed;
}

/** One call on a new connection, and all that comes until the other side is silent for SILENCE ms. */
export async function exchange(
  path: string,
  calls: readonly Partial<Message>[],
  silenceMs = 60,
): Promise<readonly Message[]> {
  const socket = await rawConnection(path);
  const framer = new Framer(1 << 20);
  const heard: Message[] = [];
  let handshake: Buffer | null = Buffer.alloc(0);
  let lastMs = performance.now();
  socket.on('data', (chunk: Buffer) => {
    lastMs = performance.now();
    if (handshake === null) {
      heard.push(...framer.push(chunk));
      return;
    }
    handshake = Buffer.concat([handshake, chunk]);
    const end = handshake.indexOf('\r\n', handshake.indexOf('OK '));
    if (handshake.indexOf('OK ') < 0 || end < 0) return;
    const rest = handshake.subarray(end + 2);
    handshake = null;
    heard.push(...framer.push(rest));
  });
  socket.write(HANDSHAKE);
  calls.forEach((call, index) => {
    socket.write(encodeMessage(message({ type: 'call', path: '/', ...call }), index + 1));
  });
  while (performance.now() - lastMs < silenceMs) await new Promise((resolve) => setTimeout(resolve, 10));
  socket.destroy();
  return heard;
}
