// The engine: opens transactions, keeps at most one active, folds and goes on with open ones at the start, and shows snapshots.

import type { Logger } from 'pino';
import { BehaviorSubject, filter, firstValueFrom, Subject } from 'rxjs';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { EventFilter, EventRow, HistoryFilter, PruneResult } from '../journal/rows.js';
import { type SupervisorEvent, supervisorMachine } from '../machines/supervisor.js';
import type { Caller } from '../model/caller.js';
import type { Deployment } from '../model/deployment.js';
import { AptOstreeError, errorOf, failureOf } from '../model/errors.js';
import { isSameRequest, type Request } from '../model/request.js';
import type {
  EngineSnapshot,
  TransactionEvent,
  TransactionId,
  TransactionProgress,
  TransactionView,
} from '../model/transaction.js';
import { type ActorSurroundings, DurableActor } from './durable-actor.js';
import type { Engine, Submission } from './engine.js';
import { type EngineOptions, freesSpace } from './engine-options.js';
import type { Executor } from './executor-process.js';
import { Housekeeping } from './housekeeping.js';
import { JournalKeeper, type PruneOrder, refuseUntrue } from './journal-keeper.js';
import { openingOf } from './opening.js';
import { asksForReboot, busy, refuseImpossible, refuseUnlessReady, stuck, undoFailed } from './refusals.js';
import { type LostTransaction, StagedTransactions } from './staged-transactions.js';
import { StepRunner } from './step-runner.js';
import { isActive, isFinal } from './transaction-view.js';

const RECENT = 20;

interface Active {
  readonly actor: DurableActor;
  readonly runner: StepRunner;
}

export class TransactionEngine implements Engine {
  readonly snapshots: BehaviorSubject<EngineSnapshot>;
  readonly progress = new Subject<TransactionProgress>();
  readonly appended = new Subject<EventRow>();
  readonly #options: EngineOptions;
  #supervisor: SnapshotFrom<typeof supervisorMachine>;
  #active: Active | null = null;
  readonly #staged: StagedTransactions;
  #recent: readonly TransactionView[] = [];
  #deployments: readonly Deployment[] = [];
  #deploymentsKnown = false;
  readonly #housekeeping: Housekeeping;
  readonly #keeper: JournalKeeper;
  #stopped = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#staged = new StagedTransactions(options.bootId);
    const keep = () => this.#keep();
    const staged = () => this.#staged.ids();
    this.#housekeeping = new Housekeeping({ ...options, keep, staged, onTidied: () => this.#tidied() });
    this.#keeper = new JournalKeeper(options);
    [this.#supervisor] = initialTransition(supervisorMachine);
    this.#readDeployments();
    this.snapshots = new BehaviorSubject(this.#project());
  }

  snapshot(): EngineSnapshot {
    return this.snapshots.value;
  }

  /** Goes on with what the journal holds open. Call once, before anybody can reach the engine. */
  recover(): void {
    const { journal, reserve, log } = this.#options;
    try {
      if (journal.readOnly !== null) throw errorOf(journal.readOnly);
      reserve.refill();
      this.#keeper.mendHistory();
      for (const id of journal.openTransactions()) this.#resume(id);
      this.#settleStaged();
      this.#supervise({ type: 'RECOVERED' });
      if (this.#active === null) this.#housekeeping.atStart();
    } catch (error) {
      this.#break(error);
    }
    log.info({ state: this.snapshot().state, active: this.snapshot().active?.id ?? null }, 'recovered');
  }

  submit({ request, caller, authorizations }: Submission) {
    refuseUnlessReady(this.snapshot());
    const running = this.#active;
    if (running !== null) {
      if (isSameRequest(running.actor.opening.request, request)) return { id: running.actor.opening.id, joined: true };
      throw busy(running.actor.view());
    }
    refuseImpossible(request, { ...this.#options, deployments: this.#deployments });
    this.#keepSpaceAside(request);
    const actor = DurableActor.open(
      openingOf({ request, caller, authorizations }, this.#options),
      this.#surroundings(),
    );
    this.#activate(actor);
    return { id: actor.opening.id, joined: false };
  }

  start(id: TransactionId): boolean {
    const actor = this.#activeActor(id);
    if (actor === null) {
      this.transaction(id);
      return false;
    }
    if (!actor.accepts({ type: 'START' })) return false;
    refuseUnlessReady(this.snapshot());
    this.#send(actor, { type: 'START' }, null);
    return true;
  }

  cancel(id: TransactionId, by: Caller | null, reason: string): void {
    const actor = this.#activeActor(id);
    if (actor === null)
      throw new AptOstreeError('wrong-state', `cannot cancel: ${this.transaction(id).title} has ended`);
    if (actor.view().cancelRequested)
      throw new AptOstreeError('wrong-state', 'cannot cancel: it is being cancelled already');
    const event = { type: 'CANCEL', caller: by, reason } as const;
    if (!actor.accepts(event))
      throw new AptOstreeError('wrong-state', `cannot cancel: ${actor.opening.title} is being taken back already`);
    this.#send(actor, event, by);
    this.#hurry(actor);
  }

  drop(id: TransactionId, reason: string): void {
    const actor = this.#activeActor(id);
    if (actor?.accepts({ type: 'DROPPED', reason })) this.#send(actor, { type: 'DROPPED', reason }, null);
  }

  transaction(id: TransactionId): TransactionView {
    const known = this.#activeActor(id)?.view() ?? this.#recent.find((view) => view.id === id);
    if (known !== undefined) return known;
    const rows = this.#options.journal.eventsOf(id);
    if (rows.length === 0)
      throw new AptOstreeError('no-such-transaction', `cannot find transaction ${id} in the journal`);
    return DurableActor.resume(rows, this.#surroundings()).view();
  }

  reload(): void {
    this.#readDeployments();
    this.#settleStaged();
    this.#show();
  }

  history(filter: HistoryFilter) {
    return this.#options.journal.history(filter);
  }

  events(filter: EventFilter) {
    return this.#options.journal.events(filter);
  }

  verify() {
    return this.#keeper.verify();
  }

  async prune(order: PruneOrder): Promise<PruneResult> {
    this.#refuseUnlessIdle();
    refuseUntrue(await this.#keeper.verify());
    // others may have come meanwhile
    this.#refuseUnlessIdle();
    const { row, result } = this.#keeper.prune(order, this.#options.readDeployments());
    if (row !== null) this.appended.next(row);
    return result;
  }

  /** @throws transaction-active, journal-broken */
  #refuseUnlessIdle(): void {
    refuseUnlessReady(this.snapshot());
    if (this.#active !== null) throw busy(this.#active.actor.view());
  }

  async settled(): Promise<void> {
    await firstValueFrom(this.snapshots.pipe(filter(({ state, active }) => active === null || state !== 'ready')));
    await this.#housekeeping.done();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#active?.runner.stop();
    this.#options.journal.close();
  }

  /** A cancel ends soon, whatever the step that runs. */
  #hurry(actor: DurableActor): void {
    if (actor.snapshot.value === 'performing' && actor.view().cancelRequested) this.#active?.runner.hurry();
  }

  /** @throws no-space */
  #keepSpaceAside(request: Request): void {
    const { reserve } = this.#options;
    try {
      reserve.hold();
    } catch (error) {
      if (!freesSpace(request)) throw error;
      reserve.letGo();
    }
  }

  #tidied(): void {
    this.#options.reserve.refill();
    this.reload();
  }

  #surroundings(): ActorSurroundings {
    const { journal, bootId, now } = this.#options;
    return { journal, bootId, now, onEvent: (actor, row) => this.#adopted(actor, row) };
  }

  #activate(actor: DurableActor): void {
    const id = actor.opening.id;
    const { reserve, bootId, deadlineMs } = this.#options;
    const log = this.#options.log.child({ transaction: id });
    const runner: StepRunner = new StepRunner({
      actor,
      bootId,
      deadlineMs,
      log,
      diskIsFull: () => !(reserve.isHeld || freesSpace(actor.opening.request)),
      onFullDisk: () => reserve.letGo(),
      report: (progress) => this.progress.next({ transaction: id, progress }),
      ready: () => this.#housekeeping.done(),
      startExecutor: () => this.#startExecutor(actor, log),
      onBroken: (error) => this.#break(error),
    });
    actor.attach(runner);
    this.#active = { actor, runner };
    this.#supervise({ type: 'OPENED', id });
  }

  #startExecutor(actor: DurableActor, log: Logger): Executor {
    const { id, request, caller } = actor.opening;
    const { sysroot, bootId } = this.#options;
    return this.#options.startExecutor({
      task: { transaction: id, request, caller, sysroot, bootId },
      log,
      onProgress: (progress) => this.progress.next({ transaction: id, progress }),
    });
  }

  /** Every event, after it is on disk and adopted, before its effects run. */
  #adopted(actor: DurableActor, row: EventRow): void {
    this.appended.next(row);
    if (this.#active?.actor !== actor) return;
    if (isActive(actor.snapshot)) {
      if (actor.snapshot.value === 'undoFailed') this.#break(undoFailed(actor.view()));
      else this.#show();
    } else this.#finish(this.#active);
  }

  /** The answer first, the clean-up after it. */
  #finish({ actor, runner }: Active): void {
    const view = actor.view();
    this.#active = null;
    if (!isFinal(actor.snapshot)) this.#staged.replace(actor);
    this.#recent = [view, ...this.#recent].slice(0, RECENT);
    this.#readDeployments();
    this.#supervise({ type: 'ENDED', id: view.id });
    this.#options.log.info(
      { transaction: view.id, state: view.state, failure: view.failure?.message },
      'transaction ended',
    );
    this.#housekeeping.after(view, runner);
    this.#settleStaged();
    // one that was staged again was asked for before another boot
    const isFirst = actor.snapshot.context.restagings === 0;
    if (view.state === 'Committed' && view.unchanged === null && asksForReboot(view.request) && isFirst)
      void this.#housekeeping.done().then(() => this.#options.reboot());
  }

  /** Transactions whose scratch is still needed. */
  #keep(): readonly TransactionId[] {
    return this.#active === null ? [] : [this.#active.actor.opening.id];
  }

  #resume(id: TransactionId): void {
    const { journal, bootId } = this.#options;
    const actor = DurableActor.resume(journal.eventsOf(id), this.#surroundings());
    if (actor.snapshot.value === 'staged') {
      this.#staged.resume(actor);
      return;
    }
    this.#activate(actor);
    const { index, attempt } = actor.snapshot.context;
    const ways: readonly TransactionEvent[] = [
      { type: 'RETRY_UNDO' },
      { type: 'DROPPED', reason: 'the daemon ended before the transaction was started' },
      { type: 'ATTEMPTED', index, attempt: attempt + 1, bootId },
    ];
    const way = ways.find((event) => actor.accepts(event));
    if (way !== undefined) this.#send(actor, way, null);
    this.#hurry(actor);
  }

  #settleStaged(): void {
    // what cannot be read is not gone
    if (!this.#deploymentsKnown) return;
    try {
      const lost = this.#staged.settle(this.#deployments);
      if (lost !== null && this.#active === null && !this.#isEnding()) this.#stageAgain(lost);
    } catch (error) {
      this.#break(error);
    }
  }

  #isEnding(): boolean {
    return this.#stopped || this.#supervisor.value === 'broken';
  }

  /** While it is done nothing else is: what is begun next builds on the deployment that boots next. */
  #stageAgain({ actor, event }: LostTransaction): void {
    const { id, title } = actor.opening;
    this.#options.log.warn({ transaction: id, title }, 'the staged deployment is gone: it is staged again');
    this.#staged.release(actor);
    this.#activate(actor);
    this.#send(actor, event, null);
  }

  #send(actor: DurableActor, event: TransactionEvent, by: Caller | null): void {
    try {
      actor.send(event, by);
    } catch (error) {
      if (!(error instanceof AptOstreeError && error.code === 'wrong-state')) this.#break(error);
      throw error;
    }
  }

  #activeActor(id: TransactionId): DurableActor | null {
    return this.#active?.actor.opening.id === id ? this.#active.actor : null;
  }

  #supervise(event: SupervisorEvent): void {
    [this.#supervisor] = transition(supervisorMachine, this.#supervisor, event);
    this.#show();
  }

  /** What is on disk is not known any more: nothing is changed until a restart found out. */
  #break(error: unknown): void {
    if (this.#stopped || this.#supervisor.value === 'broken') return;
    const { message } = failureOf(error);
    this.#options.log.error({ reason: message }, 'the engine is broken');
    void this.#active?.runner.stop();
    this.#supervise({ type: 'BROKEN', reason: message });
  }

  #readDeployments(): void {
    try {
      this.#deployments = this.#options.readDeployments();
      this.#deploymentsKnown = true;
    } catch (error) {
      this.#deploymentsKnown = false;
      this.#options.log.warn({ reason: failureOf(error).message }, 'cannot read the deployments');
    }
  }

  #show(): void {
    this.snapshots.next(this.#project());
  }

  #project(): EngineSnapshot {
    const { value, context } = this.#supervisor;
    const active = this.#active?.actor.view() ?? null;
    return {
      state: value === 'broken' || value === 'recovering' ? value : 'ready',
      broken: context.reason,
      sysroot: this.#options.sysroot,
      deployments: this.#deployments,
      active: active === null || context.reason === null ? active : stuck(active, context.reason),
      recent: this.#recent,
    };
  }
}
