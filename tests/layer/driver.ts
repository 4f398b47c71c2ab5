// Runs steps on a sysroot without daemon and executor, in a mount namespace of its own. One JSON object a line comes out.
// unshare --mount node driver.js '{"sysroot": …, "request": …, "steps": […]}'

import { randomUUID } from 'node:crypto';
import { STEP_HANDLERS } from '../../src/executor/handlers.js';
import { statePaths } from '../../src/executor/state-paths.js';
import type { ProbeResult, StepContext, StepResult } from '../../src/executor/step-handler.js';
import { failureOf } from '../../src/model/errors.js';
import type { SomeFacts } from '../../src/model/facts.js';
import { parseRequest } from '../../src/model/request.js';
import type { StepKind } from '../../src/model/steps.js';
import { transactionId } from '../../src/model/transaction.js';
import { Sysroot } from '../../src/native/sysroot.js';

export interface DriverTask {
  readonly sysroot: string;
  readonly request: unknown;
  readonly steps: readonly StepKind[];
  readonly uid?: number;
  /** Aborts when dpkg begins this phase and package, `configure NAME`. */
  readonly abortAt?: string;
  readonly facts?: SomeFacts;
  readonly transaction?: string;
}

interface AnyHandler {
  probe(facts: SomeFacts, context: StepContext): Promise<ProbeResult<StepKind>>;
  perform(facts: SomeFacts, context: StepContext): Promise<StepResult<StepKind>>;
  undo(facts: SomeFacts, context: StepContext): Promise<void>;
}

const print = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);

await drive(JSON.parse(process.argv[2] ?? '{}') as DriverTask);

async function drive(task: DriverTask): Promise<void> {
  const controller = new AbortController();
  const request = parseRequest(task.request);
  using sysroot = Sysroot.open(task.sysroot);
  sysroot.tryLock();
  const transaction = transactionId(task.transaction ?? randomUUID().replaceAll('-', ''));
  const context: StepContext = {
    transaction,
    request,
    caller: { uid: task.uid ?? 0, pid: process.pid, sender: 'peer', client: 'driver', commandLine: null },
    sysroot,
    paths: statePaths(task.sysroot, request.stateroot, transaction),
    bootId: 'driver',
    signal: controller.signal,
    report: (progress) => {
      print({ progress });
      const text = 'text' in progress ? progress.text : '';
      if (task.abortAt !== undefined && text === task.abortAt) setTimeout(() => controller.abort(), 300);
    },
    childFds: [],
  };
  print({ transaction });
  await runSteps(task, context);
}

async function runSteps(task: DriverTask, context: StepContext): Promise<void> {
  let facts: SomeFacts = task.facts ?? {};
  const done: StepKind[] = [];
  try {
    for (const kind of task.steps) {
      const startedAtMs = performance.now();
      done.push(kind);
      const { gave, unchanged } = await handlerOf(kind).perform(facts, context);
      facts = { ...facts, ...gave };
      print({ step: kind, milliseconds: Math.round(performance.now() - startedAtMs), gave });
      if (unchanged !== undefined) {
        print({ unchanged });
        break;
      }
    }
  } catch (error) {
    print({ failure: failureOf(error), stack: error instanceof Error ? error.stack : null });
    for (const kind of done.reverse())
      await handlerOf(kind).undo(facts, { ...context, signal: new AbortController().signal });
  }
}

function handlerOf(kind: StepKind): AnyHandler {
  return STEP_HANDLERS[kind] as unknown as AnyHandler;
}
