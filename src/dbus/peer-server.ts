// A private socket that serves a tree to those who may connect: a transaction's own, or all of a private daemon.

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Credentials, Peer } from './peer.js';
import { PeerConnection } from './peer-connection.js';
import type { Log, Tree } from './tree.js';

const MAX_CONNECTIONS = 32;
const HANDSHAKE_MS = 10_000;

export type PeerCredentials = (fd: number) => Credentials;

export interface PeerServerParts {
  readonly socketPath: string;
  readonly tree: Tree;
  /** Whether a user may connect. */
  readonly allows: (uid: number) => boolean;
  /** The kernel's word on who is at the other end. */
  readonly peerCredentials: PeerCredentials;
  readonly log: Log;
  readonly onJoin?: (peer: Peer) => void;
  /** The last connection has gone. */
  readonly onEmpty?: () => void;
  readonly handshakeMs?: number;
}

export class PeerServer {
  private readonly parts: PeerServerParts;
  private readonly server: Server;
  private readonly connections = new Set<PeerConnection>();
  private readonly guid = randomBytes(16).toString('hex');
  readonly address: string;

  constructor(parts: PeerServerParts) {
    this.parts = parts;
    this.address = `unix:path=${parts.socketPath},guid=${this.guid}`;
    this.server = createServer((socket) => this.accept(socket));
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  get size(): number {
    return this.connections.size;
  }

  /** Listens; a socket left by a killed predecessor is replaced. */
  async listen(): Promise<void> {
    const { socketPath } = this.parts;
    // a client waits for this: calls of microseconds, each of which would wait for a thread of libuv
    mkdirSync(dirname(socketPath), { recursive: true, mode: 0o755 });
    rmSync(socketPath, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(socketPath, resolve);
    });
    // anybody may knock; who may come in is decided by the kernel's credentials
    chmodSync(socketPath, 0o666);
  }

  /** Ends the connections once what was sent has left, and removes the socket. */
  async close(): Promise<void> {
    for (const connection of this.connections) connection.close();
    if (this.server.listening) await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await rm(this.parts.socketPath, { force: true });
    this.parts.tree.close();
  }

  private accept(socket: Socket): void {
    const credentials = this.credentialsOf(socket);
    if (credentials === null) {
      socket.destroy();
      return;
    }
    const connection = new PeerConnection({
      socket,
      credentials,
      guid: this.guid,
      tree: this.parts.tree,
      handshakeMs: this.parts.handshakeMs ?? HANDSHAKE_MS,
      onBegun: (peer) => this.parts.onJoin?.(peer),
      onCutOff: (reason) => this.parts.log.note(`closed a private connection of uid ${credentials.uid}: ${reason}`),
    });
    this.connections.add(connection);
    connection.onLeave(() => this.left(connection));
  }

  private credentialsOf(socket: Socket): Credentials | null {
    try {
      const credentials = this.parts.peerCredentials(descriptorOf(socket));
      if (this.parts.allows(credentials.uid)) return credentials;
      this.parts.log.note(`refused a private connection of uid ${credentials.uid}`);
    } catch (error) {
      // a client that has left already has no credentials
      this.parts.log.note(`refused a private connection: ${error instanceof Error ? error.message : String(error)}`);
    }
    return null;
  }

  private left(connection: PeerConnection): void {
    this.connections.delete(connection);
    if (this.connections.size === 0) this.parts.onEmpty?.();
  }
}

/** Node shows the descriptor of a socket to nobody. */
function descriptorOf(socket: Socket): number {
  return (socket as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}
