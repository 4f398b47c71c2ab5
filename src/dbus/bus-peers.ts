// Callers on the bus, by unique name: who they are, and when they leave.

import { AptOstreeError } from '../model/errors.js';
import type { BusConnection } from './bus-connection.js';
import { DBUS } from './names.js';
import type { Signal } from './objects.js';
import type { Credentials, Peer, Registration } from './peer.js';
import { type Message, message } from './wire/message.js';
import { Variant, type WireValue } from './wire/value.js';

/** One rule for whoever leaves: a bus gives a connection few rules, and callers could use up one of their own each. */
const LEAVE_RULE = `type='signal',sender='${DBUS}',interface='${DBUS}',member='NameOwnerChanged',arg2=''`;

export class BusPeers {
  private readonly bus: BusConnection;
  private readonly known = new Map<string, BusPeer>();
  /** Callers that are watched; without any, nobody's leaving wakes us up. */
  private watched = 0;
  private rule: Promise<unknown> | null = null;

  constructor(bus: BusConnection) {
    this.bus = bus;
  }

  /** How many callers have told their names and are still there. */
  get registered(): number {
    return [...this.known.values()].filter(({ registration }) => registration !== null).length;
  }

  /** The same object for the same caller for as long as it is watched. */
  get(sender: string): BusPeer {
    const there = this.known.get(sender);
    if (there !== undefined) return there;
    const peer = new BusPeer(sender, this.bus, this);
    this.known.set(sender, peer);
    return peer;
  }

  /** Resolves once the bus will tell of every caller that leaves. */
  async watch(): Promise<void> {
    this.watched += 1;
    this.rule ??= this.bus.callBus('AddMatch', 's', [LEAVE_RULE]).catch((error: unknown) => {
      this.rule = null;
      throw error;
    });
    await this.rule;
  }

  unwatch(): void {
    this.watched -= 1;
    if (this.watched > 0 || this.rule === null) return;
    this.rule = null;
    // the rule goes with the connection, if that is what ended
    this.bus.callBus('RemoveMatch', 's', [LEAVE_RULE]).catch(() => undefined);
  }

  /** Forgets a caller that nothing waits for; those that only read properties leave no trace. */
  release(peer: BusPeer): void {
    if (!peer.watched) this.known.delete(peer.sender);
  }

  /** A signal of the bus, which may tell that a caller has left. */
  receive(signal: Message): void {
    if (signal.sender !== DBUS || signal.member !== 'NameOwnerChanged') return;
    const [name, , newOwner] = signal.body;
    if (typeof name !== 'string' || newOwner !== '') return;
    this.known.get(name)?.leave();
    this.known.delete(name);
  }
}

export class BusPeer implements Peer {
  readonly sender: string;
  registration: Registration | null = null;
  private readonly bus: BusConnection;
  private readonly peers: BusPeers;
  private asked: Promise<Credentials> | null = null;
  private left = false;
  private backs: (() => void)[] = [];

  constructor(sender: string, bus: BusConnection, peers: BusPeers) {
    this.sender = sender;
    this.bus = bus;
    this.peers = peers;
  }

  get watched(): boolean {
    return this.asked !== null && !this.left;
  }

  credentials(): Promise<Credentials> {
    this.asked ??= this.ask();
    return this.asked;
  }

  send(signal: Signal): void {
    this.bus.send(message({ type: 'signal', destination: this.sender, ...signal }));
  }

  onLeave(back: () => void): void {
    if (this.left) back();
    else this.backs.push(back);
  }

  leave(): void {
    if (this.left) return;
    this.left = true;
    const backs = this.backs;
    this.backs = [];
    for (const back of backs) back();
    if (this.asked !== null) this.peers.unwatch();
  }

  /** Watches first and asks then, so that a caller which left in between is found out by the second. */
  private async ask(): Promise<Credentials> {
    try {
      await this.peers.watch();
      const [reply] = await this.bus.callBus('GetConnectionCredentials', 's', [this.sender]);
      return { uid: numberIn(reply, 'UnixUserID'), pid: numberIn(reply, 'ProcessID') };
    } catch (error) {
      this.leave();
      throw new AptOstreeError('not-authorized', `cannot authorize ${this.sender}: it has left the bus`, {
        cause: error,
      });
    }
  }
}

function numberIn(credentials: WireValue | undefined, key: string): number {
  const variant = credentials instanceof Map ? credentials.get(key) : undefined;
  if (variant instanceof Variant && typeof variant.value === 'number') return variant.value;
  throw new AptOstreeError('not-authorized', `cannot authorize the caller: the bus does not tell its ${key}`);
}
