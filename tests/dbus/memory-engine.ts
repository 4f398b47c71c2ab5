// An engine without journal and executor: a test says what happens, D-Bus is what is tested.

import { BehaviorSubject, Subject } from 'rxjs';
import type { Engine, Submission } from '../../src/actors/engine.js';
import type { PruneOrder } from '../../src/actors/journal-keeper.js';
import type {
  EventFilter,
  EventRow,
  HistoryFilter,
  HistoryRow,
  PruneResult,
  VerifyResult,
} from '../../src/journal/rows.js';
import { checksum, type Deployment, deploymentId, stateroot } from '../../src/model/deployment.js';
import { AptOstreeError } from '../../src/model/errors.js';
import { operationOf } from '../../src/model/operations.js';
import type { Progress } from '../../src/model/progress.js';
import { isSameRequest } from '../../src/model/request.js';
import {
  type EngineSnapshot,
  type TransactionId,
  type TransactionProgress,
  type TransactionView,
  transactionId,
} from '../../src/model/transaction.js';

export class MemoryEngine implements Engine {
  readonly snapshots: BehaviorSubject<EngineSnapshot>;
  readonly progress = new Subject<TransactionProgress>();
  readonly appended = new Subject<EventRow>();
  /** Every call that would have changed something. */
  readonly calls: string[] = [];
  readonly submissions: Submission[] = [];
  /** What `start` sets in motion. */
  onStart: (id: TransactionId) => void = () => undefined;
  rows: readonly EventRow[] = [];
  private count = 0;

  constructor(sysroot = '/') {
    this.snapshots = new BehaviorSubject<EngineSnapshot>({
      state: 'ready',
      broken: null,
      sysroot,
      deployments: [sampleDeployment({ serial: 0, booted: true }), sampleDeployment({ serial: 1 })],
      active: null,
      recent: [],
    });
  }

  snapshot(): EngineSnapshot {
    return this.snapshots.value;
  }

  submit(submission: Submission) {
    this.calls.push('submit');
    const { active } = this.snapshot();
    if (active !== null && isSameRequest(active.request, submission.request)) return { id: active.id, joined: true };
    if (active !== null)
      throw new AptOstreeError('transaction-active', `cannot ${submission.request.kind}: ${active.title} is running`);
    this.submissions.push(submission);
    this.count += 1;
    const id = transactionId(this.count.toString(16).padStart(32, '0'));
    this.show({ active: viewOf(id, submission) });
    return { id, joined: false };
  }

  start(id: TransactionId): boolean {
    this.calls.push('start');
    const { active } = this.snapshot();
    if (active?.id !== id) throw new AptOstreeError('no-such-transaction', `cannot find transaction ${id}`);
    if (active.state !== 'Created') return false;
    this.change({ state: 'InProgress', step: 'packages.resolve' });
    setImmediate(() => this.onStart(id));
    return true;
  }

  cancel(id: TransactionId): void {
    this.calls.push('cancel');
    const view = this.transaction(id);
    if (view.final) throw new AptOstreeError('wrong-state', `cannot cancel ${view.title}: it has ended`);
    this.end({ state: 'Cancelled', failure: { code: 'cancelled', message: `cannot ${view.title}: cancelled` } });
  }

  drop(id: TransactionId, reason: string): void {
    if (this.snapshot().active?.id !== id || this.transaction(id).state !== 'Created') return;
    this.calls.push(`drop: ${reason}`);
    this.end({ state: 'Cancelled', failure: { code: 'cancelled', message: `cannot go on: ${reason}` } });
  }

  transaction(id: TransactionId): TransactionView {
    const { active, recent } = this.snapshot();
    const view = [active, ...recent].find((each) => each?.id === id);
    if (!view) throw new AptOstreeError('no-such-transaction', `cannot find transaction ${id}`);
    return view;
  }

  reload(): void {
    this.calls.push('reload');
  }

  history(filter: HistoryFilter): readonly HistoryRow[] {
    this.calls.push(`history ${JSON.stringify(filter)}`);
    return [];
  }

  events(filter: EventFilter): readonly EventRow[] {
    const after = this.rows.filter((row) => row.seq > (filter.afterSeq ?? 0));
    return after.slice(0, filter.limit);
  }

  async verify(): Promise<VerifyResult> {
    return { ok: true, rows: this.rows.length, anchor: 0, head: null, firstBad: null, history: null };
  }

  async prune({ keep, keepDays, authorizations }: PruneOrder): Promise<PruneResult> {
    this.calls.push(`prune ${keep} ${keepDays} ${authorizations.map(({ action, answer }) => `${action}=${answer}`)}`);
    return { rows: 10, transactions: 2, first: 11 };
  }

  async settled(): Promise<void> {}

  async stop(): Promise<void> {
    this.snapshots.complete();
  }

  report(progress: Progress): void {
    const { active } = this.snapshot();
    if (active !== null) this.progress.next({ transaction: active.id, progress });
  }

  change(parts: Partial<TransactionView>): void {
    const { active } = this.snapshot();
    if (active !== null) this.show({ active: { ...active, ...parts } });
  }

  end(parts: Partial<TransactionView>): void {
    const { active, recent } = this.snapshot();
    if (active === null) return;
    this.show({ active: null, recent: [{ ...active, step: null, final: true, ...parts }, ...recent].slice(0, 20) });
  }

  show(parts: Partial<EngineSnapshot>): void {
    this.snapshots.next({ ...this.snapshot(), ...parts });
  }
}

export function sampleDeployment(of: {
  readonly serial: number;
  readonly booted?: boolean;
  readonly name?: string;
}): Deployment {
  const name = stateroot(of.name ?? 'debian');
  const commit = checksum('ab'.repeat(32));
  return {
    id: deploymentId({ stateroot: name, checksum: commit, serial: of.serial }),
    stateroot: name,
    checksum: commit,
    serial: of.serial,
    bootChecksum: 'cd'.repeat(32),
    booted: of.booted ?? false,
    staged: false,
    pinned: false,
    unlocked: 'none',
    finalizationLocked: false,
    origin: '[origin]\nbaserefspec=local:debian/12\n\n[packages]\nrequested=htop;vim;\n',
    kargs: 'root=LABEL=root quiet',
    path: `/ostree/deploy/${name}/deploy/${commit}.${of.serial}`,
    commit: {
      timestampSeconds: 1_700_000_000,
      version: '12.8',
      subject: 'layered',
      parent: null,
      metadata: {
        'apt-ostree.base-checksum': 'ef'.repeat(32),
        'apt-ostree.packages': ['htop', 'vim'],
        'apt-ostree.base-version': '12.7',
        'apt-ostree.base-timestamp': 1_600_000_000,
        __proto__x: 'odd',
      },
    },
  };
}

function viewOf(id: TransactionId, { request, caller }: Submission): TransactionView {
  const { method, title, plan } = operationOf(request);
  return {
    id,
    title: caller.commandLine ?? title,
    method,
    request,
    caller,
    openedAtMs: 1_700_000_000_000,
    state: 'Created',
    step: null,
    stepIndex: 0,
    stepCount: plan.length,
    direction: 'forward',
    cancelRequested: false,
    failure: null,
    unchanged: null,
    booted: null,
    facts: {},
    final: false,
  };
}
