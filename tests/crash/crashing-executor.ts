// The executor that dies before, within or after the effect of a step, or kills a child or its daemon there.

import { STEP_HANDLERS } from '../../src/executor/handlers.js';
import { runExecutor } from '../../src/executor/run.js';
import type { StepContext, StepHandler, StepHandlers } from '../../src/executor/step-handler.js';
import { tidy } from '../../src/executor/tidy.js';
import { AptOstreeError } from '../../src/model/errors.js';
import type { Progress } from '../../src/model/progress.js';
import type { StepKind } from '../../src/model/steps.js';
import { CrashPoints, killSelf, sleepMs } from './crash-points.js';
import { readPlan, trace } from './plan.js';
import { RunningChildren } from './running-children.js';
import { withFault } from './system-call-fault.js';
import { stillThere } from './undone.js';

const plan = readPlan();
/** What the executor is at, e.g. `undo tree.commit`. */
let work = 'start';

const children = new RunningChildren((program) => points.pass(`child ${work} ${program}`));
const points = new CrashPoints({
  plan,
  who: 'executor',
  hasChild: () => children.any(),
  kill: { executor: killSelf, daemon: killDaemon, child: () => children.killLast() },
});

runExecutor({
  handlers: Object.fromEntries(
    Object.entries(STEP_HANDLERS).map(([kind, handler]) => [kind, crashing(kind as StepKind, handler as AnyHandler)]),
  ) as unknown as StepHandlers,
  tidy: (context, command) => between('tidy', () => tidy(context, command)),
});

type AnyHandler = StepHandler<StepKind>;

function crashing(kind: StepKind, whole: AnyHandler): AnyHandler {
  const handler = lacking(kind, whole);
  return {
    probe: (facts, context) => between(`probe ${kind}`, () => handler.probe(facts, context)),
    perform: (facts, context) =>
      between(`perform ${kind}`, async () => {
        const result = await handler.perform(facts, reporting(context));
        if (plan.failing === kind)
          throw new AptOstreeError('command-failed', `cannot leave ${kind}: it shall fail once it has done its work`);
        return result;
      }),
    undo: (facts, context) =>
      between(`undo ${kind}`, async () => {
        await handler.undo(facts, context);
        for (const what of stillThere(kind, facts, context)) trace(plan.trace, { type: 'not undone', what });
      }),
  };
}

/** What stands in for a part that is left out finds nothing, or does nothing. */
function lacking(kind: StepKind, handler: AnyHandler): AnyHandler {
  if (plan.without?.kind !== kind) return handler;
  return plan.without.part === 'probe'
    ? { ...handler, probe: async () => null }
    : { ...handler, undo: async () => undefined };
}

async function between<Result>(name: string, effect: () => Promise<Result>): Promise<Result> {
  work = name;
  points.pass(`${name} before`);
  try {
    const result = await withFault(plan, name, effect);
    points.pass(`${name} after`);
    return result;
  } catch (error) {
    points.pass(`${name} failed`);
    throw error;
  }
}

/** What a step reports while a program runs tells how far that is: a boundary in its middle. */
function reporting(context: StepContext): StepContext {
  const report = (progress: Progress) => {
    context.report(progress);
    if (progress.type === 'percent') points.pass(`middle ${work} ${progress.text.split(' ')[0]}`);
  };
  return { ...context, report };
}

/** The kernel kills this process with it. */
function killDaemon(): never {
  process.kill(process.ppid, 'SIGKILL');
  for (;;) sleepMs(1000);
}
