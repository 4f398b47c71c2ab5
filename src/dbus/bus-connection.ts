// The connection to a message bus: dbus-next, with what it lacks (an end, errors that settle calls, a name or a refusal).

import type { Duplex } from 'node:stream';
import dbus from 'dbus-next';
import { AptOstreeError, failureOf } from '../model/errors.js';
import { fromNext, headOf, toNext } from './bus-codec.js';
import { errorReply } from './fault.js';
import { BUS_NAME, DBUS, DBUS_PATH } from './names.js';
import { type Message, message } from './wire/message.js';
import type { WireValue } from './wire/value.js';
import { WireError } from './wire/wire-error.js';

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
    bus.addMethodHandler((next: dbus.Message) => {
      this.receive(next, handlers);
      return true;
    });
    bus.on('message', (next) => notice(next, handlers));
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
    if (this.ended !== null || !streamOf(this.bus).writable) return;
    this.bus.send(toNext(what));
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

  /** Ends after what was sent has left. */
  async close(): Promise<void> {
    if (this.ended !== null) return;
    this.end('closed');
    const stream = streamOf(this.bus);
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    this.bus.disconnect();
    await closed;
  }

  /** Catches everything: dbus-next answers an exception with its stack. */
  private receive(next: dbus.Message, { onCall, onOdd }: BusHandlers): void {
    try {
      onCall(fromNext(next));
    } catch (error) {
      onOdd(error);
      const why = error instanceof WireError ? error.message : 'its arguments are not understood';
      this.send(errorReply(headOf(next), new AptOstreeError('invalid-argument', `cannot read the call: ${why}`)));
    }
  }

  private end(reason: string): void {
    this.ended = reason;
    for (const reject of this.waiting) reject(lost(reason));
    this.waiting.clear();
  }
}

/** Of signals only the bus's own matter: anybody may send us others. */
function notice(next: dbus.Message, { onSignal, onOdd }: BusHandlers): void {
  if (next.sender !== DBUS || headOf(next).type !== 'signal') return;
  try {
    onSignal(fromNext(next));
  } catch (error) {
    onOdd(error);
  }
}

function lost(reason: string): AptOstreeError {
  return new AptOstreeError('daemon-unreachable', `cannot reach the bus: ${reason}`);
}

function busError(error: unknown): unknown {
  if (!(error instanceof dbus.DBusError)) return error;
  return new BusError(error.type, error.text);
}

/** dbus-next keeps its socket to itself. */
function streamOf(bus: dbus.MessageBus): Duplex {
  return (bus as unknown as { readonly _connection: { readonly stream: Duplex } })._connection.stream;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
