// Ends transactions that nobody starts: their callers have left, or a deadline has passed.

import type { Engine } from '../actors/engine.js';
import type { TransactionId } from '../model/transaction.js';
import type { Peer } from './peer.js';

/** A script that calls a method in one process and Start in the next has this long between the two. */
const LEAVE_GRACE_MS = 5_000;
const START_DEADLINE_MS = 30_000;

export interface GuardTimes {
  readonly leaveGraceMs: number;
  readonly startDeadlineMs: number;
}

interface Watch {
  readonly peers: Set<Peer>;
  readonly deadline: NodeJS.Timeout;
  grace: NodeJS.Timeout | null;
}

export class StartGuard {
  private readonly engine: Engine;
  private readonly times: GuardTimes;
  private readonly watches = new Map<TransactionId, Watch>();

  constructor(engine: Engine, times: GuardTimes | null) {
    this.engine = engine;
    this.times = times ?? { leaveGraceMs: LEAVE_GRACE_MS, startDeadlineMs: START_DEADLINE_MS };
  }

  /** PEER has an interest in the transaction; as long as one has, it waits for its start, up to the deadline. */
  watch(id: TransactionId, peer: Peer): void {
    const watch = this.watches.get(id) ?? this.begin(id);
    if (watch.grace !== null) clearTimeout(watch.grace);
    watch.grace = null;
    if (watch.peers.has(peer)) return;
    watch.peers.add(peer);
    peer.onLeave(() => this.left(id, peer));
  }

  /** A transaction found at the start, whose client may come back within the deadline. */
  expect(id: TransactionId): void {
    if (!this.watches.has(id)) this.begin(id);
  }

  close(): void {
    for (const id of this.watches.keys()) this.forget(id);
  }

  private begin(id: TransactionId): Watch {
    const deadline = this.dropLater(id, this.times.startDeadlineMs, 'nobody started it in time');
    const watch: Watch = { peers: new Set(), deadline, grace: null };
    this.watches.set(id, watch);
    return watch;
  }

  private left(id: TransactionId, peer: Peer): void {
    const watch = this.watches.get(id);
    if (watch === undefined || !watch.peers.delete(peer) || watch.peers.size > 0) return;
    watch.grace = this.dropLater(id, this.times.leaveGraceMs, 'its client left before it was started');
  }

  private dropLater(id: TransactionId, afterMs: number, reason: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.forget(id);
      // the engine knows whether it has been started, and then does nothing
      this.engine.drop(id, reason);
    }, afterMs).unref();
  }

  private forget(id: TransactionId): void {
    const watch = this.watches.get(id);
    if (watch === undefined) return;
    clearTimeout(watch.deadline);
    if (watch.grace !== null) clearTimeout(watch.grace);
    this.watches.delete(id);
  }
}
