// The transaction machine, walked through every reachable state.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { MAX_ATTEMPTS, transactionMachine } from '../../src/machines/v1/transaction.js';
import type { DeploymentId } from '../../src/model/deployment.js';
import { parseRequest } from '../../src/model/request.js';
import type { Opening, PlannedStep, TransactionEvent, TransactionId } from '../../src/model/transaction.js';

type Snapshot = SnapshotFrom<typeof transactionMachine>;

const PLAN: readonly PlannedStep[] = [
  { kind: 'packages.resolve', cancellable: true, leaves: false },
  { kind: 'tree.assemble', cancellable: true, leaves: true },
  { kind: 'tree.commit', cancellable: true, leaves: true },
  { kind: 'deployment.write', cancellable: false, leaves: true },
];

const OPENING: Opening = {
  id: '1'.repeat(32) as TransactionId,
  request: parseRequest({ kind: 'install', stateroot: 'debian', add: ['htop'] }),
  plan: PLAN,
  title: 'install htop',
  method: 'PkgChange',
  caller: { uid: 0, pid: 1, sender: ':1.1', client: 'cli', commandLine: null },
  authorizations: [],
  bootId: 'boot',
  openedAtMs: 0,
};

const failure = { code: 'unsolvable', message: 'cannot' } as const;

/** One event of each kind, for the step the machine is at; and one for another step, which must be refused. */
function eventsAt({ context }: Snapshot): readonly TransactionEvent[] {
  const { index, attempt } = context;
  const done = { type: 'STEP_DONE', index, gave: {}, unchanged: null, found: false, durationMs: 1 } as const;
  return [
    { type: 'START' },
    { type: 'DROPPED', reason: 'left' },
    { type: 'CANCEL', caller: null, reason: 'cancelled' },
    done,
    { ...done, gave: { deployment: { id: 'debian-x.0' as DeploymentId, staged: true, bootId: 'boot' } } },
    { ...done, unchanged: 'No change.' },
    { ...done, index: index + 1 },
    { type: 'STEP_FAILED', index, failure, durationMs: 1 },
    { type: 'STEP_REWOUND', index, to: 1, reason: 'lost' },
    { type: 'UNDO_DONE', index, durationMs: 1 },
    { type: 'UNDO_FAILED', index, failure },
    { type: 'ATTEMPTED', index, attempt: attempt + 1, bootId: 'boot' },
    { type: 'ATTEMPTED', index, attempt, bootId: 'boot', retry: 1, failure },
    { type: 'RETRY_UNDO' },
    { type: 'BOOTED', what: 'booted-it', bootId: 'b', checksum: null },
    { type: 'LOST', bootId: 'b', checksum: null },
  ];
}

function key({ value, context }: Snapshot): string {
  const { index, attempt, cancelRequested, unchanged, failure: why, rewinds, restagings, facts } = context;
  return JSON.stringify([value, index, attempt, cancelRequested, unchanged, why?.code, rewinds, restagings, facts]);
}

interface Edge {
  readonly from: Snapshot;
  readonly event: TransactionEvent;
  readonly to: Snapshot;
  readonly actions: readonly string[];
}

function explore(): { readonly states: ReadonlyMap<string, Snapshot>; readonly edges: readonly Edge[] } {
  const [first] = initialTransition(transactionMachine, OPENING);
  const states = new Map([[key(first), first]]);
  const edges: Edge[] = [];
  const queue = [first];
  for (let from = queue.shift(); from !== undefined; from = queue.shift()) {
    const at = from;
    for (const event of eventsAt(at).filter((each) => at.can(each))) {
      const [to, actions] = transition(transactionMachine, at, event);
      edges.push({ from: at, event, to, actions: actions.map(({ type }) => type) });
      if (states.has(key(to))) continue;
      states.set(key(to), to);
      queue.push(to);
    }
  }
  return { states, edges };
}

const { states, edges } = explore();

test(`every one of ${states.size} reachable states ends, or has a way on`, () => {
  for (const state of states.values()) {
    if (state.status === 'done') continue;
    assert.ok(
      edges.some(({ from, to }) => key(from) === key(state) && key(to) !== key(state)),
      `stuck in ${key(state)}`,
    );
  }
});

test('a final state can be reached from every state', () => {
  const good = new Set([...states].filter(([, state]) => state.status === 'done').map(([name]) => name));
  for (let grown = true; grown; ) {
    const before = good.size;
    for (const { from, to } of edges) if (good.has(key(to))) good.add(key(from));
    grown = good.size > before;
  }
  assert.equal(good.size, states.size);
});

test('effects begin only on entering performing or undoing, and no state passes through silently', () => {
  for (const { to, actions } of edges) {
    const begins = actions.includes('xstate.spawnChild');
    if (begins) assert.ok(to.value === 'performing' || to.value === 'undoing' || to.value === 'restaging');
    assert.ok(to.value !== 'turning' && to.value !== 'ended');
  }
});

test('a try after a failure that passes is no try after a crash, and is forgotten with its step', () => {
  const started = transition(transactionMachine, initialTransition(transactionMachine, OPENING)[0], {
    type: 'START',
  })[0];
  const again = { type: 'ATTEMPTED', index: 0, attempt: 1, bootId: 'boot', retry: 2, failure } as const;
  const [retried, actions] = transition(transactionMachine, started, again);
  const { index, attempt, retries } = retried.context;
  assert.deepEqual([retried.value, index, attempt, retries], ['performing', 0, 1, 2]);
  assert.ok(actions.some(({ type }) => type === 'xstate.spawnChild'));
  const [crashed] = transition(transactionMachine, retried, {
    type: 'ATTEMPTED',
    index: 0,
    attempt: 2,
    bootId: 'boot',
  });
  assert.deepEqual([crashed.context.attempt, crashed.context.retries], [2, 2]);
  const done = { type: 'STEP_DONE', index: 0, gave: {}, unchanged: null, found: false, durationMs: 1 } as const;
  assert.equal(transition(transactionMachine, crashed, done)[0].context.retries, 0);
});

test('events of another step are refused everywhere', () => {
  for (const state of states.values())
    for (const event of eventsAt(state))
      if ('index' in event && event.index !== state.context.index) assert.equal(state.can(event), false);
});

test('a cancel is taken in every forward state and nothing commits after it', () => {
  for (const { from, event, to } of edges) {
    if (from.value === 'performing' && event.type === 'CANCEL') assert.ok(to.context.cancelRequested);
    if (from.context.cancelRequested) assert.notEqual(to.value, 'committed');
  }
});

test('a deployment that was lost is staged again once, and ends committed whatever comes of that', () => {
  const restaged = edges.filter(({ event }) => event.type === 'LOST');
  assert.ok(restaged.length > 0);
  for (const { from, to } of restaged) {
    assert.deepEqual([from.value, to.value, from.context.restagings], ['staged', 'restaging', 0]);
    assert.equal(PLAN[to.context.index]?.kind, 'deployment.write');
  }
  for (const { from, to } of edges)
    if (from.value === 'restaging') assert.ok(['restaging', 'staged', 'committed'].includes(String(to.value)));
});

test('a step that crashed too often is never performed again', () => {
  for (const { to } of edges) assert.ok(to.context.attempt <= MAX_ATTEMPTS);
});

/** snapd's idiom: what the steps do, and the story that comes of it. `X` fails, `!` is cancelled while it runs, `=` changes nothing. */
const STORIES = [
  { steps: 'ok ok ok ok', story: 'resolve assemble commit write → committed' },
  { steps: 'X', story: 'resolve → failed' },
  { steps: '=', story: 'resolve → committed' },
  { steps: 'ok X', story: 'resolve assemble ~assemble → rolledBack' },
  { steps: 'ok ok X', story: 'resolve assemble commit ~commit ~assemble → rolledBack' },
  { steps: 'ok !', story: 'resolve assemble ~assemble → cancelled' },
  { steps: '!', story: 'resolve → cancelled' },
  { steps: 'ok ok ok !', story: 'resolve assemble commit write ~write ~commit ~assemble → cancelled' },
  { steps: 'ok ok ok X', story: 'resolve assemble commit write ~write ~commit ~assemble → rolledBack' },
] as const;

for (const { steps, story } of STORIES) test(`${steps}: ${story}`, () => assert.equal(tell(steps.split(' ')), story));

function tell(outcomes: readonly string[]): string {
  const words: string[] = [];
  let [at] = initialTransition(transactionMachine, OPENING);
  const send = (event: TransactionEvent) => {
    assert.ok(at.can(event), `${event.type} in ${key(at)}`);
    const [next, actions] = transition(transactionMachine, at, event);
    at = next;
    for (const { type, params } of actions as readonly { type: string; params: { src: string } }[])
      if (type === 'xstate.spawnChild') words.push(`${params.src === 'undo' ? '~' : ''}${shortKind(at)}`);
  };
  send({ type: 'START' });
  for (const outcome of outcomes) {
    const { index } = at.context;
    if (outcome === '!') send({ type: 'CANCEL', caller: null, reason: 'cancelled' });
    if (outcome === 'X' || (outcome === '!' && PLAN[index]?.cancellable === true))
      send({ type: 'STEP_FAILED', index, failure, durationMs: 1 });
    else
      send({
        type: 'STEP_DONE',
        index,
        gave: {},
        unchanged: outcome === '=' ? 'No change.' : null,
        found: false,
        durationMs: 1,
      });
  }
  while (at.value === 'undoing') send({ type: 'UNDO_DONE', index: at.context.index, durationMs: 1 });
  return `${words.join(' ')} → ${String(at.value)}`;
}

function shortKind({ context }: Snapshot): string {
  return PLAN[context.index]?.kind.split('.')[1] ?? '?';
}
