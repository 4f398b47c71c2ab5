// The connection to a message bus: dbus-next, with what it lacks (an end, errors that settle calls, a name or a refusal,
// speed in what is sent most).

import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import dbus from 'dbus-next';
import { AptOstreeError, failureOf } from '../model/errors.js';
import { fromNext, toNext } from './bus-codec.js';
import { BusReader } from './bus-reader.js';
import { errorReply } from './fault.js';
import { BUS_NAME, DBUS, DBUS_PATH } from './names.js';
import { encodeMessage, FLAG, type Message, message } from './wire/message.js';
import type { WireValue } from './wire/value.js';
import type { WireError } from './wire/wire-error.js';

export const DEFAULT_BUS_ADDRESS = 'unix:path=/run/dbus/system_bus_socket';

/** An error reply of another program on the bus. */
export class BusError extends Error {
  readonly errorName: string;

  constructor(errorName: string, text: string) {
    super(text);
    this.name = 'BusError';
    this.errorName = errorName;
  }
}

export interface BusHandlers {
  readonly onCall: (call: Message) => void;
  readonly onSignal: (signal: Message) => void;
  /** Once, when the connection has ended for whatever reason but `close`. */
  readonly onLost: (reason: string) => void;
  /** A message that could not be read or handled; the connection goes on. */
  readonly onOdd: (error: unknown) => void;
}

export class BusConnection {
  private readonly bus: dbus.MessageBus;
  private ended: string | null = null;
  /** Rejects the calls that wait when the connection ends; dbus-next leaves them for ever. */
  private readonly waiting = new Set<(error: Error) => void>();

  /** @throws daemon-unreachable when there is no bus at ADDRESS */
  static async open(address: string, handlers: BusHandlers): Promise<BusConnection> {
    // dbus-next's systemBus() takes no address; sessionBus() with one is the same connection
    const bus = dbus.sessionBus({ busAddress: address });
    readInPlace(bus, handlers);
    await new Promise<void>((resolve, reject) => {
      bus.on('connect', resolve);
      bus.on('error', (error) => {
        reject(new AptOstreeError('daemon-unreachable', `cannot connect to the bus at ${address}: ${textOf(error)}`));
      });
    });
    return new BusConnection(bus, handlers);
  }

  private constructor(bus: dbus.MessageBus, handlers: BusHandlers) {
    this.bus = bus;
    let lastError: string | null = null;
    // also told of single messages that dbus-next finds malformed: somebody else's, and no end of ours
    bus.on('error', (error) => {
      lastError = textOf(error);
      handlers.onOdd(error);
    });
    // dbus-next does not tell of an orderly end
    streamOf(bus).on('close', () => {
      if (this.ended !== null) return;
      const reason = lastError ?? 'the bus closed the connection';
      this.end(reason);
      handlers.onLost(reason);
    });
  }

  /** @throws BusError for an error reply; daemon-unreachable when the connection ends first */
  async call(call: Message): Promise<Message> {
    if (this.ended !== null) throw lost(this.ended);
    const reply = await new Promise<dbus.Message | null>((resolve, reject) => {
      this.waiting.add(reject);
      this.bus
        .call(toNext(call))
        .then(resolve, (error: unknown) => reject(busError(error)))
        .finally(() => this.waiting.delete(reject));
    });
    return reply === null ? message({ type: 'return' }) : fromNext(reply);
  }

  /** A call to the bus itself. */
  async callBus(member: string, signature: string, body: readonly WireValue[]): Promise<readonly WireValue[]> {
    const parts = { path: DBUS_PATH, interface: DBUS, destination: DBUS, member, signature, body };
    return (await this.call(message({ type: 'call', ...parts }))).body;
  }

  /** Sends a reply or a signal; nothing happens when the connection has ended. @throws WireError */
  send(what: Message): void {
    const stream = streamOf(this.bus);
    if (this.ended !== null || !stream.writable) return;
    // our own bytes: dbus-next's take several times as long to make, and a change of state is told in many signals
    stream.write(encodeMessage(what, serialOf(this.bus)));
  }

  /** @throws not-authorized when the bus policy forbids it, wrong-state when another has it */
  async takeName(): Promise<void> {
    const DO_NOT_QUEUE = 4;
    const PRIMARY_OWNER = 1;
    const [answer] = await this.callBus('RequestName', 'su', [BUS_NAME, DO_NOT_QUEUE]).catch((error: unknown) => {
      throw new AptOstreeError('not-authorized', `cannot take the bus name ${BUS_NAME}: ${failureOf(error).message}`);
    });
    if (answer !== PRIMARY_OWNER)
      throw new AptOstreeError('wrong-state', `cannot take the bus name ${BUS_NAME}: another apt-ostreed has it`);
  }

  /** What was sent to the name until the bus answers has come in by then. */
  async releaseName(): Promise<void> {
    await this.callBus('ReleaseName', 's', [BUS_NAME]);
  }

  /** Ends after what was sent has left. */
  async close(): Promise<void> {
    if (this.ended !== null) return;
    this.end('closed');
    const stream = streamOf(this.bus);
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    this.bus.disconnect();
    await closed;
  }

  private end(reason: string): void {
    this.ended = reason;
    for (const reject of this.waiting) reject(lost(reason));
    this.waiting.clear();
  }
}

/** Takes the stream over as soon as dbus-next has authenticated and asked for it: from then on it only sends, and pairs replies. */
function readInPlace(bus: dbus.MessageBus, handlers: BusHandlers): void {
  const connection = connectionOf(bus);
  const { stream } = connection;
  const reader = new BusReader({
    onMessage: (what) => deliver(what, { connection, handlers }),
    onUnreadable: (error, head) => {
      handlers.onOdd(error);
      if (head?.type === 'call' && (head.flags & FLAG.noReplyExpected) === 0) bus.send(toNext(refusal(head, error)));
    },
  });
  const read = () => {
    try {
      for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) reader.push(chunk as Buffer);
    } catch (error) {
      handlers.onOdd(error);
      stream.destroy();
    }
  };
  connection.once('connect', () =>
    // it listens right after this event, and hears nothing before the next tick
    process.nextTick(() => {
      stream.removeAllListeners('readable');
      stream.on('readable', read);
      read();
    }),
  );
}

function refusal(head: Message, error: WireError): Message {
  return errorReply(head, new AptOstreeError('invalid-argument', `cannot read the call: ${error.message}`));
}

function deliver(
  what: Message,
  { connection, handlers }: { readonly connection: NextConnection; readonly handlers: BusHandlers },
): void {
  try {
    if (what.type === 'call') handlers.onCall(what);
    // of signals only the bus's own matter: anybody may send us others
    else if (what.type === 'signal' && what.sender === DBUS) handlers.onSignal(what);
    else if (what.type !== 'signal') connection.emit('message', toNext(what));
  } catch (error) {
    handlers.onOdd(error);
  }
}

function lost(reason: string): AptOstreeError {
  return new AptOstreeError('daemon-unreachable', `cannot reach the bus: ${reason}`);
}

function busError(error: unknown): unknown {
  if (!(error instanceof dbus.DBusError)) return error;
  return new BusError(error.type, error.text);
}

interface NextConnection extends EventEmitter {
  readonly stream: Duplex;
}

/** dbus-next keeps its socket to itself. */
function connectionOf(bus: dbus.MessageBus): NextConnection {
  return (bus as unknown as { readonly _connection: NextConnection })._connection;
}

function streamOf(bus: dbus.MessageBus): Duplex {
  return connectionOf(bus).stream;
}

/** The next of its connection, which its own calls count with, too. */
function serialOf(bus: dbus.MessageBus): number {
  return (bus as unknown as { newSerial(): number }).newSerial();
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
