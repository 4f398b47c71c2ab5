// apt-ostreed on a message bus: connected and ready at once, found under its name only when told.

import type { Engine } from '../actors/engine.js';
import { failureOf } from '../model/errors.js';
import { BusConnection, DEFAULT_BUS_ADDRESS } from './bus-connection.js';
import { BusPeers } from './bus-peers.js';
import { type Configured, UNCONFIGURED } from './configured.js';
import { EngineService } from './engine-service.js';
import { errorReply } from './fault.js';
import { polkitGate } from './gate.js';
import type { Signal } from './objects.js';
import type { PeerCredentials } from './peer-server.js';
import type { GuardTimes } from './start-guard.js';
import type { Log } from './tree.js';
import { type Message, message } from './wire/message.js';

export interface BusServiceOptions {
  readonly engine: Engine;
  /** Null for DBUS_SYSTEM_BUS_ADDRESS, or else the system bus. */
  readonly busAddress: string | null;
  /** Where transactions' private sockets are made, `/run/apt-ostree`. */
  readonly socketDirectory: string;
  readonly peerCredentials: PeerCredentials;
  readonly log: Log;
  /** The connection ended and will not come back: the process should end, too. */
  readonly onLost: (reason: string) => void;
  readonly configured?: Configured;
  /** Somebody called or left. */
  readonly onActivity?: () => void;
  readonly guardTimes?: GuardTimes;
}

export interface BusService {
  /** Once the engine has recovered. @throws not-authorized, wrong-state when another has it */
  takeName(): Promise<void>;
  /** Gives the name back, and answers what was called until then. Later calls wait for whoever takes it next. */
  releaseName(): Promise<void>;
  /** Somebody is registered, or waits for an answer. */
  readonly inUse: boolean;
  close(): Promise<void>;
}

/** @throws daemon-unreachable when there is no bus */
export async function startBusService(options: BusServiceOptions): Promise<BusService> {
  const address = options.busAddress ?? process.env['DBUS_SYSTEM_BUS_ADDRESS'] ?? DEFAULT_BUS_ADDRESS;
  let receive: (call: Message) => void = () => undefined;
  let notice: (signal: Message) => void = () => undefined;
  const bus = await BusConnection.open(address, {
    onCall: (call) => receive(call),
    onSignal: (signal) => notice(signal),
    onLost: options.onLost,
    onOdd: (error) => options.log.note(`cannot read a message of the bus: ${failureOf(error).message}`),
  });
  const { engine, socketDirectory, peerCredentials, log, configured = UNCONFIGURED, guardTimes = null } = options;
  const { onActivity = () => undefined } = options;
  const service = new EngineService({
    engine,
    gate: polkitGate(bus),
    socketDirectory,
    peerCredentials,
    log,
    configured,
    guardTimes,
  });
  const peers = new BusPeers(bus);
  const answering = new Set<Promise<void>>();
  notice = (signal) => {
    peers.receive(signal);
    onActivity();
  };
  receive = (call) => {
    const answered: Promise<void> = answer({ bus, peers, service }, call)
      .catch((error: unknown) => log.bug(error))
      .finally(() => answering.delete(answered));
    answering.add(answered);
    onActivity();
  };
  service.tree.signals.subscribe((signal) => broadcast(bus, signal, log));
  return {
    takeName: () => bus.takeName(),
    releaseName: async () => {
      await bus.releaseName();
      while (answering.size > 0) await Promise.all(answering);
    },
    get inUse() {
      return peers.registered > 0 || answering.size > 0;
    },
    close: async () => {
      await service.close();
      await bus.close();
    },
  };
}

interface Parts {
  readonly bus: BusConnection;
  readonly peers: BusPeers;
  readonly service: EngineService;
}

async function answer({ bus, peers, service }: Parts, call: Message): Promise<void> {
  const peer = peers.get(call.sender ?? '');
  const reply = await service.tree.dispatch(call, peer);
  peers.release(peer);
  if (reply === null) return;
  try {
    bus.send(reply);
  } catch (error) {
    bus.send(errorReply(call, error));
    throw error;
  }
}

function broadcast(bus: BusConnection, signal: Signal, log: Log): void {
  try {
    bus.send(message({ type: 'signal', ...signal }));
  } catch (error) {
    log.bug(error);
  }
}
