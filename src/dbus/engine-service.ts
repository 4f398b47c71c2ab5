// The engine as trees of objects: the whole for bus or private daemon, and one for each transaction's private socket.

import { EMPTY, map } from 'rxjs';
import type { Engine } from '../actors/engine.js';
import type { EventRow } from '../journal/rows.js';
import { AptOstreeError } from '../model/errors.js';
import type { EngineSnapshot, TransactionId, TransactionView } from '../model/transaction.js';
import type { BeginParts } from './begin.js';
import type { Configured } from './configured.js';
import { Dispatcher, implementation, type Methods } from './dispatcher.js';
import { type Gate, PEER_GATE } from './gate.js';
import { journalMethods } from './journal-methods.js';
import { LiveObjects } from './live-objects.js';
import { JOURNAL_INTERFACE, OS_INTERFACE, SYSROOT_INTERFACE, signatureOf, TRANSACTION_INTERFACE } from './members.js';
import {
  BASE_PATH,
  JOURNAL,
  JOURNAL_PATH,
  PEER_TRANSACTION_PATH,
  transactionOfPath,
  transactionPath,
} from './names.js';
import type { Signal } from './objects.js';
import { osMethods } from './os-methods.js';
import type { PeerCredentials } from './peer-server.js';
import { ProgressMemory } from './progress-memory.js';
import { projectEngine, projectTransaction, type Surroundings, transactionsOf } from './projection.js';
import { type GuardTimes, StartGuard } from './start-guard.js';
import { sysrootMethods } from './sysroot-methods.js';
import { transactionMethods } from './transaction-methods.js';
import { TransactionSockets } from './transaction-sockets.js';
import type { Log, Tree } from './tree.js';

export interface EngineServiceParts {
  readonly engine: Engine;
  readonly gate: Gate;
  /** Where transactions' sockets are made. */
  readonly socketDirectory: string;
  readonly peerCredentials: PeerCredentials;
  readonly log: Log;
  readonly configured: Configured;
  /** Null for the usual deadlines. */
  readonly guardTimes: GuardTimes | null;
}

export class EngineService {
  private readonly parts: EngineServiceParts;
  private readonly memory: ProgressMemory;
  private readonly guard: StartGuard;
  private readonly sockets: TransactionSockets;
  private live: LiveObjects | null = null;
  readonly tree: Tree;

  constructor(parts: EngineServiceParts) {
    this.parts = parts;
    const { engine, socketDirectory: directory, peerCredentials, log, guardTimes } = parts;
    this.memory = new ProgressMemory(engine.progress);
    this.guard = new StartGuard(engine, guardTimes);
    this.sockets = new TransactionSockets({
      ...{ engine, guard: this.guard, directory, peerCredentials, log },
      treeOf: (id) => this.transactionTree(id),
      onChange: () => this.live?.refresh(),
    });
    // sockets first, so that an address is there when its transaction is shown
    this.sockets.follow();
    this.tree = this.wholeTree();
    const { active } = engine.snapshot();
    if (active?.state === 'Created') this.guard.expect(active.id);
  }

  async close(): Promise<void> {
    this.guard.close();
    await this.sockets.close();
    this.tree.close();
    this.memory.close();
  }

  private wholeTree(): Tree {
    const { engine, gate, configured, log } = this.parts;
    const live = new LiveObjects({
      engine,
      project: (snapshot) => projectEngine(snapshot, this.surroundings()),
      transactions: transactionsOf,
      pathOf: transactionPath,
      others: engine.appended.pipe(map(appendedSignal)),
      onBug: log.bug,
      endsWithTransactions: false,
    });
    this.live = live;
    const begin: BeginParts = { engine, gate, configured, guard: this.guard, sockets: this.sockets };
    const methods: Methods = new Map([
      implementation(SYSROOT_INTERFACE, sysrootMethods({ engine, gate, configured })),
      implementation(OS_INTERFACE, osMethods(begin)),
      implementation(JOURNAL_INTERFACE, journalMethods(engine, gate)),
      this.transactionImplementation(gate, idOfPath),
    ]);
    return this.assemble(live, methods, BASE_PATH);
  }

  private transactionTree(id: TransactionId): Tree {
    const { engine, log } = this.parts;
    let last = engine.transaction(id);
    // the snapshot may have forgotten it while its socket is still there
    const view = (snapshot: EngineSnapshot): TransactionView => {
      last = transactionsOf(snapshot).find((each) => each.id === id) ?? last;
      return last;
    };
    const live = new LiveObjects({
      engine,
      project: (snapshot) => projectTransaction(view(snapshot), this.surroundings()),
      transactions: (snapshot) => [view(snapshot)],
      pathOf: (other) => (other === id ? PEER_TRANSACTION_PATH : null),
      others: EMPTY,
      onBug: log.bug,
      endsWithTransactions: true,
    });
    // only owner and root can connect
    return this.assemble(live, new Map([this.transactionImplementation(PEER_GATE, () => id)]), null);
  }

  private transactionImplementation(gate: Gate, idAt: (path: string) => TransactionId) {
    const { engine } = this.parts;
    return implementation(TRANSACTION_INTERFACE, transactionMethods({ engine, gate, memory: this.memory, idAt }));
  }

  private assemble(live: LiveObjects, methods: Methods, managerPath: string | null): Tree {
    const dispatcher = new Dispatcher({
      objects: () => live.objects(),
      methods,
      managerPath,
      onBug: this.parts.log.bug,
    });
    return {
      signals: live.signals,
      dispatch: (call, peer) => {
        live.catchUp();
        return dispatcher.dispatch(call, peer);
      },
      close: () => live.close(),
    };
  }

  private surroundings(): Surroundings {
    return { addressOf: (id) => this.sockets.addressOf(id), percentOf: (id) => this.memory.percentOf(id) };
  }
}

function idOfPath(path: string): TransactionId {
  const id = transactionOfPath(path);
  if (id === null) throw new AptOstreeError('no-such-transaction', `cannot find a transaction at ${path}`);
  return id;
}

function appendedSignal(row: EventRow): Signal {
  return {
    path: JOURNAL_PATH,
    interface: JOURNAL,
    member: 'Appended',
    signature: signatureOf(JOURNAL_INTERFACE.signals.Appended.arguments),
    body: [BigInt(row.seq), row.transaction, row.type, JSON.stringify(row)],
  };
}
