// Lets clients in, on a bus or on one private socket, and ends in order.

import type { Logger } from 'pino';
import type { Engine } from '../actors/engine.js';
import type { DaemonOptions } from './options.js';
import { serveBus } from './serve-bus.js';
import { servePeer } from './serve-peer.js';
import { ServiceManager } from './service-manager.js';
import type { Settings } from './settings.js';

export interface Serving {
  readonly engine: Engine;
  readonly options: DaemonOptions;
  readonly settings: Settings;
  readonly log: Logger;
  readonly manager: ServiceManager;
  /** Closes the service and ends the process; only the first call counts. */
  readonly end: (reason: string) => void;
}

/** What is open to clients. */
export interface Service {
  close(): Promise<void>;
}

export async function serve(parts: Omit<Serving, 'manager' | 'end'>): Promise<void> {
  const { engine, log } = parts;
  const manager = new ServiceManager(log);
  const open: { service: Service | null } = { service: null };
  let ending = false;
  const end = (reason: string) => {
    if (ending) return;
    ending = true;
    log.info({ reason }, 'ending');
    manager.stopping();
    void endInOrder(engine, open.service).then(() => process.exit(0));
  };
  const serving: Serving = { ...parts, manager, end };
  open.service = parts.options.peer ? await servePeer(serving) : await serveBus(serving);
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  manager.serving(engine);
}

/** A running transaction is ended where it is; the next start goes on with it. A tidy-up is waited for. */
async function endInOrder(engine: Engine, service: Service | null): Promise<void> {
  await service?.close();
  if (engine.snapshot().active === null) await engine.settled();
  await engine.stop();
}
