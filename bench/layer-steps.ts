// Runs the product's own steps one by one in this process, so that a single one can be timed.

import { STEP_HANDLERS } from '../src/executor/handlers.js';
import { statePaths } from '../src/executor/state-paths.js';
import type { StepContext, StepHandler } from '../src/executor/step-handler.js';
import { stateroot } from '../src/model/deployment.js';
import type { SomeFacts } from '../src/model/facts.js';
import { parseRequest } from '../src/model/request.js';
import type { StepKind } from '../src/model/steps.js';
import { Sysroot } from '../src/native/sysroot.js';
import { newTransactionId } from '../src/system/transaction-id.js';
import { STATEROOT } from './layered-sysroot.js';

/** A step with its types of facts forgotten, as the executor's session treats them. */
interface AnyStep {
  perform(facts: SomeFacts, context: StepContext): ReturnType<StepHandler<StepKind>['perform']>;
  undo(facts: SomeFacts, context: StepContext): Promise<void>;
}

export class LayerSteps implements Disposable {
  readonly context: StepContext;
  facts: SomeFacts = {};

  constructor(sysrootPath: string, name: string) {
    const sysroot = Sysroot.open(sysrootPath);
    const transaction = newTransactionId();
    this.context = {
      transaction,
      request: parseRequest({ kind: 'install', stateroot: STATEROOT, add: [name], cacheOnly: true }),
      caller: { uid: 0, pid: process.pid, sender: 'bench', client: 'bench', commandLine: null },
      sysroot,
      paths: statePaths(sysrootPath, stateroot(STATEROOT), transaction),
      bootId: 'bench',
      signal: new AbortController().signal,
      report: () => undefined,
      childFds: [],
    };
  }

  /** Milliseconds it took. */
  async perform(kind: StepKind): Promise<number> {
    const startedAtMs = performance.now();
    const { gave } = await stepOf(kind).perform(this.facts, this.context);
    const milliseconds = performance.now() - startedAtMs;
    this.facts = { ...this.facts, ...gave };
    return milliseconds;
  }

  async undo(kind: StepKind): Promise<void> {
    await stepOf(kind).undo(this.facts, this.context);
  }

  [Symbol.dispose](): void {
    this.context.sysroot[Symbol.dispose]();
  }
}

function stepOf(kind: StepKind): AnyStep {
  return STEP_HANDLERS[kind] as unknown as AnyStep;
}
