// What the machine's configuration has to say to calls; the daemon's wiring knows what stands in it.

import type { Request } from '../model/request.js';

export interface Configured {
  /** Reads it again; the old one stays in force where that fails. @throws invalid-configuration */
  readonly reload: () => void;
  /** @throws not-authorized for a request that it forbids to everybody */
  readonly admit: (request: Request) => void;
}

export const UNCONFIGURED: Configured = { reload: () => undefined, admit: () => undefined };
