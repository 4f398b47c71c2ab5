// An executor over an imaginary sysroot, for forcing deaths at exact moments. What it stands in for is proved for real elsewhere.

import type { Executor, Outcome } from '../../src/actors/executor-process.js';
import { AptOstreeError } from '../../src/model/errors.js';
import type { SomeFacts } from '../../src/model/facts.js';
import type { ExecutorCommand } from '../../src/model/ipc.js';
import type { StepKind } from '../../src/model/steps.js';

/** What is on the imaginary disk, and everything ever done to it. It outlives daemons and executors. */
export class World {
  readonly present = new Set<StepKind>();
  /** Half done, by a step that failed. */
  readonly partial = new Set<StepKind>();
  readonly log: string[] = [];
  /** Calls so far, over all lives. */
  calls = 0;
  tidied = 0;
  /** What steps give. */
  readonly gifts = new Map<StepKind, SomeFacts>();
}

export interface Fate {
  /** At the call with this number … */
  readonly call: number;
  /** … die before or after the effect … */
  readonly moment: 'before' | 'after';
  /** … the executor alone, or with the daemon (the call is never answered). */
  readonly who: 'executor' | 'daemon';
}

export interface FakeExecutorOptions {
  readonly world: World;
  readonly fates: readonly Fate[];
  /** Steps that fail when performed. */
  readonly failing: ReadonlySet<StepKind>;
  readonly onDaemonDeath: () => void;
}

type Work = Exclude<ExecutorCommand, { type: 'task' | 'abort' }>;

/** Effects that an undo takes back; the others leave nothing. */
const LEAVING: ReadonlySet<string> = new Set(['tree.assemble', 'tree.finish', 'tree.commit', 'deployment.write']);

export class FakeExecutor implements Executor {
  dead = false;
  readonly #options: FakeExecutorOptions;

  constructor(options: FakeExecutorOptions) {
    this.#options = options;
  }

  async call(command: ExecutorCommand): Promise<Outcome> {
    const { world } = this.#options;
    world.calls += 1;
    const fate = this.#options.fates.find(({ call }) => call === world.calls);
    if (fate?.moment === 'before') return this.#die(fate);
    const outcome = this.#work(command as Work);
    if (fate?.moment === 'after') return this.#die(fate);
    return outcome;
  }

  abort(): void {}

  async kill(): Promise<void> {
    this.dead = true;
  }

  async close(): Promise<void> {
    this.dead = true;
  }

  #work(command: Work): Outcome {
    const { world, failing } = this.#options;
    if (command.type === 'tidy') {
      world.tidied += 1;
      return { type: 'tidied' };
    }
    if (command.type === 'undo') {
      world.log.push(`~${command.kind}`);
      world.present.delete(command.kind);
      world.partial.delete(command.kind);
      return { type: 'undone' };
    }
    if (command.recovering && world.present.has(command.kind))
      return { type: 'done', gave: world.gifts.get(command.kind) ?? {}, unchanged: null, found: true };
    world.log.push(command.kind);
    const left = failing.has(command.kind) ? world.partial : world.present;
    if (LEAVING.has(command.kind)) left.add(command.kind);
    if (failing.has(command.kind))
      return { type: 'failed', failure: { code: 'unsolvable', message: 'cannot, by order' } };
    return { type: 'done', gave: world.gifts.get(command.kind) ?? {}, unchanged: null, found: false };
  }

  #die({ who }: Fate): Promise<Outcome> {
    this.dead = true;
    if (who === 'executor') return Promise.reject(new AptOstreeError('executor-died', 'killed by the test'));
    this.#options.onDaemonDeath();
    return new Promise(() => undefined);
  }
}
