// Reads a bus connection's messages in place of dbus-next: its parser throws within the stream's event, which would end the
// process (a descriptor that is not there is enough), and makes a gigabyte of values from a message of a few megabytes.
// Anybody on the bus can send either; what it decodes is left to the bounded codec of private connections.

import { decodeHead, decodeMessage, FIXED_HEADER_BYTES, type Message, messageLength } from './wire/message.js';
import { WireError } from './wire/wire-error.js';

/** As on a private connection. */
const MAX_BYTES = 1024 * 1024;

export interface BusReaderHandlers {
  readonly onMessage: (message: Message) => void;
  /** A message that cannot be read; its head, where that can be. */
  readonly onUnreadable: (error: WireError, head: Message | null) => void;
}

export class BusReader {
  readonly #handlers: BusReaderHandlers;
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes still to come of a message that is passed over. */
  #skip = 0;

  constructor(handlers: BusReaderHandlers) {
    this.#handlers = handlers;
  }

  /** @throws WireError when the stream is no stream of messages */
  push(chunk: Buffer): void {
    const rest = this.#skipped(chunk);
    if (rest.length === 0) return;
    this.#pending = this.#pending.length === 0 ? rest : Buffer.concat([this.#pending, rest]);
    while (this.#takeOne());
  }

  #skipped(chunk: Buffer): Buffer {
    const dropped = Math.min(this.#skip, chunk.length);
    this.#skip -= dropped;
    return chunk.subarray(dropped);
  }

  /** True when there may be another whole message. */
  #takeOne(): boolean {
    if (this.#pending.length < FIXED_HEADER_BYTES) return false;
    const length = messageLength(this.#pending, Number.POSITIVE_INFINITY);
    // of a message that is too long the head is enough: it begins like any other
    const wanted = Math.min(length, MAX_BYTES);
    if (this.#pending.length < wanted) return false;
    if (length > MAX_BYTES)
      this.#refuse(this.#pending, new WireError(`message of ${length} bytes is longer than ${MAX_BYTES}`));
    else this.#decode(this.#pending.subarray(0, length));
    this.#skip = Math.max(0, length - this.#pending.length);
    this.#pending = this.#pending.subarray(length);
    return true;
  }

  #decode(bytes: Buffer): void {
    let decoded: Message | null;
    try {
      decoded = decodeMessage(bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(bytes, error);
      return;
    }
    if (decoded !== null) this.#handlers.onMessage(decoded);
  }

  #refuse(bytes: Buffer, error: WireError): void {
    this.#handlers.onUnreadable(error, headOf(bytes));
  }
}

function headOf(bytes: Buffer): Message | null {
  try {
    return decodeHead(bytes);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
