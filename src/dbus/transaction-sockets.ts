// The private sockets of transactions: opened when one is, kept until after its end.

import { join } from 'node:path';
import type { Subscription } from 'rxjs';
import type { Engine } from '../actors/engine.js';
import type { EngineSnapshot, TransactionId } from '../model/transaction.js';
import { transactionSocketName } from './names.js';
import { type PeerCredentials, PeerServer } from './peer-server.js';
import { transactionsOf } from './projection.js';
import type { StartGuard } from './start-guard.js';
import type { Log, Tree } from './tree.js';

/** How long after the end a client may still come and hear of it. */
const GRACE_MS = 30_000;

export interface TransactionSocketsParts {
  readonly engine: Engine;
  readonly guard: StartGuard;
  readonly directory: string;
  readonly peerCredentials: PeerCredentials;
  readonly log: Log;
  readonly graceMs?: number;
  readonly treeOf: (id: TransactionId) => Tree;
  /** An address has come or gone. */
  readonly onChange: () => void;
}

interface Open {
  readonly server: PeerServer;
  readonly listening: Promise<void>;
  /** Owner, and those who joined with the same request. */
  readonly uids: Set<number>;
  joined: boolean;
  end: NodeJS.Timeout | null;
}

export class TransactionSockets {
  private readonly parts: TransactionSocketsParts;
  private readonly opened = new Map<TransactionId, Open>();
  private subscription: Subscription | null = null;

  constructor(parts: TransactionSocketsParts) {
    this.parts = parts;
  }

  /** Serves a transaction that is under way (recovered, too), and follows each to its end. */
  follow(): void {
    this.subscription = this.parts.engine.snapshots.subscribe((snapshot) => this.see(snapshot));
  }

  addressOf(id: TransactionId): string {
    return this.opened.get(id)?.server.address ?? '';
  }

  /** The address, once it can be connected to; UID may connect from now on. */
  async open(id: TransactionId, uid: number): Promise<string> {
    const open = this.opened.get(id) ?? this.serve(id);
    open.uids.add(uid);
    await open.listening;
    return open.server.address;
  }

  async close(): Promise<void> {
    this.subscription?.unsubscribe();
    await Promise.all([...this.opened.keys()].map((id) => this.remove(id)));
  }

  private see(snapshot: EngineSnapshot): void {
    const { active } = snapshot;
    if (active !== null && !active.final)
      this.open(active.id, active.caller.uid).catch((error: unknown) => this.parts.log.bug(error));
    const running = new Set(transactionsOf(snapshot).flatMap((view) => (view.final ? [] : [view.id])));
    for (const [id, open] of this.opened) if (!running.has(id)) this.ended(id, open);
  }

  private serve(id: TransactionId): Open {
    const uids = new Set([0]);
    const server = new PeerServer({
      socketPath: join(this.parts.directory, transactionSocketName(id)),
      tree: this.parts.treeOf(id),
      allows: (uid) => uids.has(uid),
      peerCredentials: this.parts.peerCredentials,
      log: this.parts.log,
      onJoin: (peer) => {
        open.joined = true;
        this.parts.guard.watch(id, peer);
      },
      onEmpty: () => {
        if (open.end !== null && open.joined) this.removeSoon(id);
      },
    });
    const open: Open = { server, listening: server.listen(), uids, joined: false, end: null };
    this.opened.set(id, open);
    this.parts.onChange();
    return open;
  }

  private ended(id: TransactionId, open: Open): void {
    if (open.end !== null) return;
    open.end = setTimeout(() => this.removeSoon(id), this.parts.graceMs ?? GRACE_MS).unref();
    if (open.joined && open.server.size === 0) this.removeSoon(id);
  }

  private removeSoon(id: TransactionId): void {
    this.remove(id).catch((error: unknown) => this.parts.log.bug(error));
  }

  private async remove(id: TransactionId): Promise<void> {
    const open = this.opened.get(id);
    if (open === undefined) return;
    this.opened.delete(id);
    if (open.end !== null) clearTimeout(open.end);
    // a socket that could not be opened has been reported to whoever asked for it
    await open.listening.catch(() => undefined);
    await open.server.close();
    this.parts.onChange();
  }
}
