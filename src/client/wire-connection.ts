// A D-Bus connection as small as a command needs it: authenticate, call, hear signals. Loads nothing but the codec.

import { connect, type Socket } from 'node:net';
import { Framer } from '../dbus/wire/framer.js';
import { encodeMessage, MAX_MESSAGE_BYTES, type Message, message } from '../dbus/wire/message.js';
import { WireError } from '../dbus/wire/wire-error.js';
import { AptOstreeError } from '../model/errors.js';

export type CallParts = Partial<Message> & {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
};

const MAX_HANDSHAKE = 1024;

export class WireConnection {
  private readonly socket: Socket;
  private readonly framer = new Framer(MAX_MESSAGE_BYTES);
  private readonly waiting = new Map<number, (reply: Message | AptOstreeError) => void>();
  private readonly listeners = new Set<(signal: Message) => void>();
  private readonly lostListeners = new Set<() => void>();
  /** Text of the handshake until it is over. */
  private handshake: string | null = '';
  private serial = 0;
  private reason: string | null = null;

  /** @throws the socket's error */
  static async open(path: string): Promise<WireConnection> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.removeAllListeners();
    return new WireConnection(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.lose(error.message));
    socket.on('close', () => this.lose('it was closed'));
    // everything at once: the answer to it is awaited with the first reply
    const uid = Buffer.from(String(process.geteuid?.() ?? 0)).toString('hex');
    socket.write(`\0AUTH EXTERNAL ${uid}\r\nBEGIN\r\n`);
  }

  get isLost(): boolean {
    return this.reason !== null;
  }

  /** The reply, an error reply included. @throws daemon-unreachable when the connection ends first */
  async call(parts: CallParts): Promise<Message> {
    const bytes = encodeMessage(message({ type: 'call', ...parts }), ++this.serial);
    const { serial } = this;
    if (this.reason !== null) throw lost(this.reason);
    const reply = await new Promise<Message | AptOstreeError>((resolve) => {
      this.waiting.set(serial, resolve);
      this.socket.write(bytes);
    });
    if (reply instanceof AptOstreeError) throw reply;
    return reply;
  }

  /** Hears every signal until the function given back is called. */
  onSignal(listener: (signal: Message) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Hears once of the end of the connection; at once when it has ended. */
  onLost(listener: () => void): () => void {
    if (this.reason !== null) listener();
    else this.lostListeners.add(listener);
    return () => this.lostListeners.delete(listener);
  }

  close(): void {
    this.lose('it was closed');
    this.socket.end();
    this.socket.unref();
  }

  private receive(chunk: Buffer): void {
    try {
      const rest = this.handshake === null ? chunk : this.authenticate(this.handshake, chunk);
      for (const each of rest === null ? [] : this.framer.push(rest)) this.deliver(each);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.lose(error.message);
      this.socket.destroy();
    }
  }

  /** What follows the answer to our AUTH, or null while that is not whole. */
  private authenticate(before: string, chunk: Buffer): Buffer | null {
    const text = before + chunk.toString('latin1');
    const end = text.indexOf('\r\n');
    this.handshake = end < 0 ? text : null;
    if (end < 0 && text.length > MAX_HANDSHAKE) throw new WireError('the other side does not speak D-Bus');
    if (end < 0) return null;
    if (!text.startsWith('OK ')) throw new WireError('the other side refused who we are');
    return chunk.subarray(end + 2 - before.length);
  }

  private deliver(what: Message): void {
    if (what.type === 'signal') for (const listener of [...this.listeners]) listener(what);
    if (what.type !== 'return' && what.type !== 'error') return;
    const serial = what.replySerial ?? 0;
    this.waiting.get(serial)?.(what);
    this.waiting.delete(serial);
  }

  private lose(reason: string): void {
    if (this.reason !== null) return;
    this.reason = reason;
    for (const settle of this.waiting.values()) settle(lost(reason));
    this.waiting.clear();
    for (const listener of [...this.lostListeners]) listener();
  }
}

function lost(reason: string): AptOstreeError {
  return new AptOstreeError('daemon-unreachable', `cannot reach apt-ostreed: the connection ended (${reason})`);
}
