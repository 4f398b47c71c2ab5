// One private connection: handshake, then calls one after the other. Bounded in everything a client can make grow.

import type { Socket } from 'node:net';
import type { Subscription } from 'rxjs';
import { errorReply } from './fault.js';
import { answerAsBus, CLIENT_NAME, SERVER_NAME } from './local-bus.js';
import { DBUS } from './names.js';
import type { Signal } from './objects.js';
import type { Credentials, Peer, Registration } from './peer.js';
import { SaslServer } from './sasl.js';
import type { Tree } from './tree.js';
import { Framer } from './wire/framer.js';
import { encodeMessage, FLAG, type Message, message } from './wire/message.js';
import { WireError } from './wire/wire-error.js';

/** What a client may send: the longest call of ours is a list of package names. */
const MAX_CALL_BYTES = 1024 * 1024;
/** Calls read but not answered yet; reading stops here. */
const MAX_QUEUED_CALLS = 64;
/** Bytes a client has not read yet: above the first no further call is answered, above the second it is cut off. */
const SLOW_BYTES = 1024 * 1024;
const CUT_OFF_BYTES = 32 * 1024 * 1024;
const CLOSE_MS = 1000;

export interface PeerConnectionParts {
  readonly socket: Socket;
  readonly credentials: Credentials;
  readonly guid: string;
  readonly tree: Tree;
  readonly handshakeMs: number;
  readonly onBegun: (peer: Peer) => void;
  /** Told why a connection was ended by us. */
  readonly onCutOff: (reason: string) => void;
}

export class PeerConnection implements Peer {
  readonly sender = 'peer';
  registration: Registration | null = null;
  private readonly parts: PeerConnectionParts;
  private readonly framer = new Framer(MAX_CALL_BYTES);
  private readonly sasl: SaslServer;
  private readonly handshake: NodeJS.Timeout;
  private readonly queue: Message[] = [];
  private begun: Subscription | null = null;
  private answering = false;
  private isBusClient = false;
  private serial = 0;
  private backs: (() => void)[] = [];

  constructor(parts: PeerConnectionParts) {
    this.parts = parts;
    const { socket, guid, credentials, handshakeMs } = parts;
    this.sasl = new SaslServer(guid, credentials.uid);
    this.handshake = setTimeout(() => this.cutOff('it did not finish the handshake in time'), handshakeMs).unref();
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.closed());
  }

  async credentials(): Promise<Credentials> {
    return this.parts.credentials;
  }

  send(signal: Signal): void {
    if (this.begun !== null) this.write(message({ type: 'signal', flags: FLAG.noReplyExpected, ...signal }));
  }

  onLeave(back: () => void): void {
    if (this.parts.socket.destroyed) back();
    else this.backs.push(back);
  }

  /** Ends once everything sent has left, or soon when the client does not read it. */
  close(): void {
    const { socket } = this.parts;
    socket.end(() => socket.destroy());
    setTimeout(() => socket.destroy(), CLOSE_MS).unref();
  }

  private receive(chunk: Buffer): void {
    try {
      if (this.begun === null) this.authenticate(chunk);
      else this.enqueue(chunk);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.cutOff(error.message);
    }
  }

  private authenticate(chunk: Buffer): void {
    const result = this.sasl.push(chunk);
    this.parts.socket.write(result.reply, 'latin1');
    if (result.type === 'failed') this.cutOff(result.reason);
    if (result.type !== 'begun') return;
    clearTimeout(this.handshake);
    this.begun = this.parts.tree.signals.subscribe((signal) => this.send(signal));
    this.parts.onBegun(this);
    this.enqueue(result.rest);
  }

  private enqueue(chunk: Buffer): void {
    for (const each of this.framer.push(chunk)) if (each.type === 'call') this.queue.push(each);
    if (this.queue.length > MAX_QUEUED_CALLS) this.parts.socket.pause();
    if (!this.answering) void this.answerAll();
  }

  private async answerAll(): Promise<void> {
    this.answering = true;
    for (let call = this.queue.shift(); call !== undefined; call = this.queue.shift()) {
      const reply = await this.answer(call);
      if (reply !== null) this.write(reply);
      await this.untilRead();
    }
    this.answering = false;
    this.parts.socket.resume();
  }

  /** Never rejects. */
  private async answer(call: Message): Promise<Message | null> {
    if (call.destination === DBUS || call.interface === DBUS) return this.answerBusCall(call);
    return this.parts.tree.dispatch(call, this);
  }

  private answerBusCall(call: Message): Message | null {
    if (call.member === 'Hello') this.isBusClient = true;
    const reply = busReply(call);
    return (call.flags & FLAG.noReplyExpected) === 0 ? reply : null;
  }

  /** Waits while the client is slow to read. */
  private async untilRead(): Promise<void> {
    const { socket } = this.parts;
    if (socket.destroyed || socket.writableLength <= SLOW_BYTES) return;
    await new Promise<void>((resolve) => {
      socket.once('drain', resolve);
      socket.once('close', resolve);
    });
  }

  private write(what: Message): void {
    const { socket } = this.parts;
    if (socket.destroyed || !socket.writable) return;
    this.serial += 1;
    socket.write(encoded(this.addressed(what), this.serial));
    if (socket.writableLength > CUT_OFF_BYTES) this.cutOff('it does not read what it is sent');
  }

  /** Clients that said Hello expect unique names. */
  private addressed(what: Message): Message {
    if (!this.isBusClient) return what;
    return { ...what, sender: what.sender ?? SERVER_NAME, destination: CLIENT_NAME };
  }

  private cutOff(reason: string): void {
    if (this.parts.socket.destroyed) return;
    this.parts.onCutOff(reason);
    this.parts.socket.destroy();
  }

  private closed(): void {
    clearTimeout(this.handshake);
    this.begun?.unsubscribe();
    this.queue.length = 0;
    const backs = this.backs;
    this.backs = [];
    for (const back of backs) back();
  }
}

function busReply(call: Message): Message {
  try {
    return { ...message({ type: 'return', replySerial: call.serial, sender: DBUS }), ...answerAsBus(call) };
  } catch (error) {
    return { ...errorReply(call, error), sender: DBUS };
  }
}

/** A reply that cannot be sent (too long, a zero byte in a text) is answered with an error instead. */
function encoded(what: Message, serial: number): Buffer {
  try {
    return encodeMessage(what, serial);
  } catch (error) {
    if (!(error instanceof WireError) || what.replySerial === null) throw error;
    return encodeMessage(errorReply({ ...what, serial: what.replySerial, sender: what.destination }, error), serial);
  }
}
