// A private apt-ostreed for one command: the whole tree on one socket, without bus and polkit, for its own user only.

import { dirname } from 'node:path';
import type { Engine } from '../actors/engine.js';
import { AptOstreeError } from '../model/errors.js';
import { type Configured, UNCONFIGURED } from './configured.js';
import { EngineService } from './engine-service.js';
import { PEER_GATE } from './gate.js';
import { type PeerCredentials, PeerServer } from './peer-server.js';
import type { Log } from './tree.js';

export interface PeerServiceOptions {
  readonly engine: Engine;
  /** `unix:path=PATH`; transactions' sockets are made beside it. */
  readonly address: string;
  readonly peerCredentials: PeerCredentials;
  readonly log: Log;
  readonly configured?: Configured;
  /** The client has gone, or never came. */
  readonly onEmpty: () => void;
}

export interface PeerService {
  readonly address: string;
  close(): Promise<void>;
}

/** The client waits for the socket; one that was killed while it waited never comes. */
const FIRST_CLIENT_MS = 30_000;

/** @throws invalid-argument for another kind of address */
export async function startPeerService(options: PeerServiceOptions): Promise<PeerService> {
  const { engine, peerCredentials, log, onEmpty, configured = UNCONFIGURED } = options;
  const socketPath = pathOf(options.address);
  const socketDirectory = dirname(socketPath);
  const service = new EngineService({
    engine,
    gate: PEER_GATE,
    socketDirectory,
    peerCredentials,
    log,
    configured,
    guardTimes: null,
  });
  const ownUid = process.getuid?.() ?? 0;
  const allows = (uid: number) => uid === ownUid || uid === 0;
  const server = new PeerServer({ socketPath, tree: service.tree, allows, peerCredentials, log, onEmpty });
  await server.listen();
  const unclaimed = setTimeout(() => {
    if (server.size === 0) onEmpty();
  }, FIRST_CLIENT_MS);
  return {
    address: server.address,
    close: async () => {
      clearTimeout(unclaimed);
      await server.close();
      await service.close();
    },
  };
}

function pathOf(address: string): string {
  const path = /^unix:path=([^,;]+)$/.exec(address)?.[1];
  if (path === undefined)
    throw new AptOstreeError(
      'invalid-argument',
      `cannot listen at ${JSON.stringify(address)}: not of the form unix:path=PATH`,
    );
  return path;
}
