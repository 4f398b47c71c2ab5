// Transactions of every outcome, told by the engine over an executor whose answers are given: what golden journals are made of.

import type { Executor, Outcome } from '../../src/actors/executor-process.js';
import type { TransactionEngine } from '../../src/actors/transaction-engine.js';
import type { ErrorCode } from '../../src/model/errors.js';
import type { ExecutorCommand } from '../../src/model/ipc.js';
import type { TransactionId } from '../../src/model/transaction.js';
import { live, submission } from '../actors/engine-fixture.js';
import { World } from '../actors/fake-executor.js';
import { sampleDeployment } from '../dbus/memory-engine.js';

/** What the executor does at a step, e.g. `perform tree.commit` or `undo tree.commit`; a step not named is done. */
type Script = Readonly<Record<string, 'fails' | 'passes by itself' | 'never ends' | 'stages'>>;

export interface Teller {
  readonly path: string;
  readonly migrations: string;
}

type Story = (teller: Teller) => Promise<void>;

/** By the name of their golden file. */
export const STORIES: Readonly<Record<string, Story>> = {
  /** committed, rolledBack, failed, cancelled, tried again, staged and booted, one after the other. */
  ended: async (teller) => {
    await inOneLife(teller, {}, (engine) => runs(engine));
    await inOneLife(teller, { 'perform tree.commit': 'fails' }, (engine) => runs(engine));
    await inOneLife(teller, { 'perform packages.resolve': 'fails' }, (engine) => runs(engine));
    await inOneLife(teller, { 'perform metadata.refresh': 'passes by itself' }, (engine) => runs(engine));
    await inOneLife(teller, {}, async (engine) => {
      const { id } = engine.submit(submission());
      engine.cancel(id, null, 'cancelled by uid 0 (cli)');
    });
    await inOneLife(teller, { 'perform deployment.write': 'stages' }, (engine) => runs(engine));
    await inOneLife(teller, {}, async () => {}, 'boot-2');
  },
  performing: (teller) =>
    inOneLife(teller, { 'perform tree.assemble': 'never ends' }, async (engine) => {
      const { id } = engine.submit(submission());
      engine.start(id);
      while (engine.transaction(id).step !== 'tree.assemble') await new Promise(setImmediate);
    }),
  staged: (teller) => inOneLife(teller, { 'perform deployment.write': 'stages' }, (engine) => runs(engine)),
  'undo-failed': (teller) =>
    inOneLife(teller, { 'perform tree.commit': 'fails', 'undo tree.assemble': 'fails' }, (engine) => runs(engine)),
  pruned: (teller) =>
    inOneLife(teller, {}, async (engine) => {
      for (let count = 0; count < 3; count += 1) await runs(engine);
      const { caller, authorizations } = submission();
      await engine.prune({ keep: 1, keepDays: null, caller, authorizations });
      await runs(engine);
    }),
};

async function runs(engine: TransactionEngine): Promise<TransactionId> {
  const { id } = engine.submit(submission());
  engine.start(id);
  await engine.settled();
  return id;
}

async function inOneLife(
  { path, migrations }: Teller,
  script: Script,
  tell: (engine: TransactionEngine) => Promise<unknown>,
  bootId = 'boot-1',
): Promise<void> {
  const heard = new Set<string>();
  const life = live({
    path,
    migrations,
    bootId,
    world: new World(),
    startExecutor: () => new ScriptedExecutor(script, heard),
    deployments: [sampleDeployment({ serial: 0, booted: true })],
  });
  await tell(life.engine);
  await life.engine.stop();
}

class ScriptedExecutor implements Executor {
  readonly dead = false;
  readonly #script: Script;
  /** What was done once already: what passes by itself has passed by then. */
  readonly #heard: Set<string>;

  constructor(script: Script, heard: Set<string>) {
    this.#script = script;
    this.#heard = heard;
  }

  async call(command: ExecutorCommand): Promise<Outcome> {
    if (command.type !== 'perform' && command.type !== 'undo') return { type: 'tidied' };
    const name = `${command.type} ${command.kind}`;
    const again = this.#heard.has(name);
    this.#heard.add(name);
    switch (this.#script[name]) {
      case 'fails':
        return failed('command-failed');
      case 'passes by itself':
        if (!again) return failed('fetch-failed', true);
        break;
      case 'never ends':
        return new Promise(() => undefined);
      case 'stages':
        return done({ deployment: { id: sampleDeployment({ serial: 0 }).id, staged: true, bootId: 'boot-1' } });
    }
    return command.type === 'undo' ? { type: 'undone' } : done({});
  }

  abort(): void {}

  async kill(): Promise<void> {}

  async close(): Promise<void> {}
}

function done(gave: Extract<Outcome, { type: 'done' }>['gave']): Outcome {
  return { type: 'done', gave, unchanged: null, found: false };
}

function failed(code: ErrorCode, transient = false): Outcome {
  return { type: 'failed', failure: { code, message: 'cannot, by order', ...(transient ? { transient } : {}) } };
}
