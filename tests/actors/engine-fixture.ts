// Lives of a daemon over one journal and one world.

import { pino } from 'pino';
import type { Submission } from '../../src/actors/engine.js';
import type { Reserve } from '../../src/actors/engine-options.js';
import type { Executor } from '../../src/actors/executor-process.js';
import { TransactionEngine } from '../../src/actors/transaction-engine.js';
import type { Deployment } from '../../src/model/deployment.js';
import { parseRequest, type Request } from '../../src/model/request.js';
import { type StepKind, stepDefinition } from '../../src/model/steps.js';
import { idOf, openJournal } from '../journal/journal-fixture.js';
import { FakeExecutor, type Fate, type World } from './fake-executor.js';

export interface Life {
  readonly engine: TransactionEngine;
  /** Resolves when the daemon of this life was killed by a fate. */
  readonly killed: Promise<void>;
}

export interface LifeOptions {
  readonly path: string;
  readonly world: World;
  readonly fates?: readonly Fate[];
  readonly failing?: readonly StepKind[];
  readonly bootId?: string;
  readonly deployments?: readonly Deployment[] | (() => readonly Deployment[]);
  /** In place of the fake one. */
  readonly startExecutor?: () => Executor;
  readonly migrations?: string;
  readonly now?: () => number;
}

/** Not those of golden journals. */
let ids = Date.now();

/** Of a disk that is never full. */
class EndlessReserve implements Reserve {
  readonly isHeld = true;

  hold(): void {}

  refill(): void {}

  letGo(): boolean {
    return false;
  }
}

export function live(options: LifeOptions): Life {
  const { path, world, fates = [], failing = [], bootId = 'boot-1', deployments = [] } = options;
  let die = () => {};
  const killed = new Promise<void>((resolve) => {
    die = resolve;
  });
  const engine = new TransactionEngine({
    journal: openJournal(path, options.migrations),
    reserve: new EndlessReserve(),
    deadlineMs: (kind) => stepDefinition(kind).deadlineMs,
    sysroot: '/imaginary',
    readDeployments: () => (typeof deployments === 'function' ? deployments() : deployments),
    stateroots: () => ['debian'],
    startExecutor:
      options.startExecutor ??
      (() => new FakeExecutor({ world, fates, failing: new Set(failing), onDaemonDeath: die })),
    leftovers: () => [],
    reboot: () => world.log.push('reboot'),
    bootId,
    now: options.now ?? (() => Date.now()),
    newId: () => {
      ids += 1;
      return idOf(ids);
    },
    log: pino({ level: 'silent' }),
  });
  engine.recover();
  return { engine, killed };
}

export function submission(request: object = { kind: 'install', add: ['htop'] }, uid = 0): Submission {
  return {
    request: parseRequest({ stateroot: 'debian', ...request }) as Request,
    caller: { uid, pid: 1, sender: ':1.7', client: 'test', commandLine: null },
    authorizations: [{ action: 'org.projectatomic.aptostree.install-uninstall-packages', answer: 'root' }],
  };
}
