// Who is at the other end of a call, on either transport.

import type { Signal } from './objects.js';

export interface Credentials {
  readonly uid: number;
  readonly pid: number;
}

/** How a client named itself. */
export interface Registration {
  readonly id: string;
  readonly commandLine: string | null;
}

export interface Peer {
  /** Unique bus name, or `peer` on a private connection. */
  readonly sender: string;
  registration: Registration | null;
  /** By the word of the bus or the kernel, never the peer's own. @throws not-authorized when it has left */
  credentials(): Promise<Credentials>;
  /** Sends a signal to this peer only. */
  send(signal: Signal): void;
  /** Calls BACK once it has left; at once when it has left already. */
  onLeave(back: () => void): void;
}

/** One call as a method sees it. */
export interface Call {
  readonly path: string;
  readonly peer: Peer;
  /** The caller can wait for somebody to authenticate. */
  readonly interactive: boolean;
}
