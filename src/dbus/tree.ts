// A tree of objects as a transport needs it: calls in, signals out.

import type { Observable } from 'rxjs';
import type { Signal } from './objects.js';
import type { Peer } from './peer.js';
import type { Message } from './wire/message.js';

export interface Tree {
  readonly signals: Observable<Signal>;
  /** The reply, or null when none is expected. Never rejects. */
  dispatch(call: Message, peer: Peer): Promise<Message | null>;
  close(): void;
}

/** Where the transports put what they have to tell. */
export interface Log {
  /** An error that is a bug of ours. */
  readonly bug: (error: unknown) => void;
  readonly note: (line: string) => void;
}
