// A stream of bytes to messages: cuts it at the lengths the headers tell, and holds no more than one message.

import { decodeMessage, FIXED_HEADER_BYTES, type Message, messageLength } from './message.js';

const MAX_CHUNKS = 256;

export class Framer {
  private readonly limit: number;
  private chunks: Buffer[] = [];
  private buffered = 0;
  /** Length of the message that has begun, once its first 16 bytes are there. */
  private wanted: number | null = null;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The messages that CHUNK completes. @throws WireError, after which the stream is of no use any more */
  push(chunk: Buffer): readonly Message[] {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    // a chunk takes memory beyond its bytes, and a client may send one byte at a time
    if (this.chunks.length > MAX_CHUNKS) this.joined();
    const messages: Message[] = [];
    for (let bytes = this.next(); bytes !== null; bytes = this.next()) {
      const decoded = decodeMessage(bytes);
      if (decoded !== null) messages.push(decoded);
    }
    return messages;
  }

  private next(): Buffer | null {
    if (this.wanted === null) {
      if (this.buffered < FIXED_HEADER_BYTES) return null;
      this.wanted = messageLength(this.joined(), this.limit);
    }
    if (this.buffered < this.wanted) return null;
    const all = this.joined();
    const bytes = all.subarray(0, this.wanted);
    this.chunks = all.length > this.wanted ? [all.subarray(this.wanted)] : [];
    this.buffered -= this.wanted;
    this.wanted = null;
    return bytes;
  }

  /** Joined only when a message begins or is whole, so that many small chunks cost no more than one copy each. */
  private joined(): Buffer {
    const all = this.chunks.length === 1 && this.chunks[0] !== undefined ? this.chunks[0] : Buffer.concat(this.chunks);
    this.chunks = [all];
    return all;
  }
}
