// A transaction's actor that outlives crashes: each event is on disk before anything follows from it.
// Order in `send`: (1) compute the next snapshot, (2) append the event, synced, (3) adopt it, (4) run the effects it asks for.

import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { EventRow, HistoryRow } from '../journal/rows.js';
import type { JournalStore } from '../journal/store.js';
import { type EffectInput, MACHINE_VERSION, transactionMachine } from '../machines/v1/transaction.js';
import type { Caller } from '../model/caller.js';
import { AptOstreeError, failureOf } from '../model/errors.js';
import type { Opening, TransactionEvent, TransactionView } from '../model/transaction.js';
import { historyRow } from './history-row.js';
import { eventOfRow, openingOfRow } from './stored-payload.js';
import { isFinal, stateText, transactionView } from './transaction-view.js';

export type TransactionSnapshot = SnapshotFrom<typeof transactionMachine>;

/** Runs what the machine asks for, and answers with events only. */
export interface Effects {
  run(effect: { readonly source: 'perform' | 'undo'; readonly input: EffectInput }): void;
  /** Ends the running effect; it still settles with its event. Nothing happens when none runs. */
  abort(): void;
}

export interface ActorSurroundings {
  readonly journal: Pick<JournalStore, 'append'>;
  readonly bootId: string;
  readonly now: () => number;
  /** Called after each adopted event, before its effects run. */
  readonly onEvent: (actor: DurableActor, row: EventRow) => void;
}

export class DurableActor {
  readonly opening: Opening;
  readonly #surroundings: ActorSurroundings;
  #snapshot: TransactionSnapshot;
  #effects: Effects | null = null;
  #span: { readonly firstSeq: number; endedAtMs: number | null };

  private constructor(opening: Opening, surroundings: ActorSurroundings, snapshot: TransactionSnapshot) {
    this.opening = opening;
    this.#surroundings = surroundings;
    this.#snapshot = snapshot;
    this.#span = { firstSeq: 0, endedAtMs: null };
  }

  /** A new transaction: its opening is on disk when this returns. @throws journal-broken, no-space */
  static open(opening: Opening, surroundings: ActorSurroundings): DurableActor {
    const [snapshot] = initialTransition(transactionMachine, opening);
    const actor = new DurableActor(opening, surroundings, snapshot);
    actor.#append({ type: 'OPENED', payload: opening, snapshot, caller: opening.caller });
    return actor;
  }

  /**
   * The actor as its rows left it; nothing is run. The rows are the truth: a fold that arrives elsewhere than they say stops.
   * @throws journal-broken
   */
  static resume(rows: readonly EventRow[], surroundings: ActorSurroundings): DurableActor {
    const { snapshot, firstSeq, endedAtMs } = fold(rows);
    const actor = new DurableActor(snapshot.context.opening, surroundings, snapshot);
    actor.#span = { firstSeq, endedAtMs };
    return actor;
  }

  /** What the derived tables should say of a transaction with these rows. @throws journal-broken */
  static historyOf(rows: readonly EventRow[]): HistoryRow {
    return fold(rows).history;
  }

  /** Effects start with the first event after this. */
  attach(effects: Effects): void {
    this.#effects = effects;
  }

  get snapshot(): TransactionSnapshot {
    return this.#snapshot;
  }

  view(): TransactionView {
    return transactionView(this.#snapshot);
  }

  accepts(event: TransactionEvent): boolean {
    return this.#snapshot.can(event);
  }

  /** @throws wrong-state when the present state does not take the event; journal-broken, no-space when it cannot be written */
  send(event: TransactionEvent, by: Caller | null = null): void {
    if (!this.accepts(event))
      throw new AptOstreeError(
        'wrong-state',
        `cannot take ${event.type} in transaction ${this.opening.id}: it is ${stateText(this.#snapshot)}`,
      );
    const [next, actions] = transition(transactionMachine, this.#snapshot, event);
    const { type, ...payload } = event;
    this.#append({ type, payload, snapshot: next, caller: by });
    for (const action of actions) this.#execute(action);
  }

  #append(entry: {
    readonly type: string;
    readonly payload: unknown;
    readonly snapshot: TransactionSnapshot;
    readonly caller: Caller | null;
  }): void {
    const { journal, bootId, now, onEvent } = this.#surroundings;
    const wallTimeMs = now();
    const caller = entry.caller ?? DAEMON;
    const row = journal.append(
      {
        transaction: this.opening.id,
        type: entry.type,
        payload: entry.payload,
        machineVersion: MACHINE_VERSION,
        state: stateText(entry.snapshot),
        uid: caller.uid,
        pid: caller.pid,
        client: caller.client,
        authorization: entry.type === 'OPENED' ? authorizationText(this.opening) : '',
        bootId,
        wallTimeMs,
      },
      (written) => this.#historyRow(written, entry.snapshot),
    );
    this.#adopt(entry.snapshot, row);
    onEvent(this, row);
  }

  #adopt(snapshot: TransactionSnapshot, row: EventRow): void {
    this.#snapshot = snapshot;
    const firstSeq = this.#span.firstSeq === 0 ? row.seq : this.#span.firstSeq;
    this.#span = { firstSeq, endedAtMs: endOf(snapshot, row, this.#span.endedAtMs) };
  }

  #historyRow(row: EventRow, snapshot: TransactionSnapshot): HistoryRow {
    const firstSeq = this.#span.firstSeq === 0 ? row.seq : this.#span.firstSeq;
    const endedAtMs = endOf(snapshot, row, this.#span.endedAtMs);
    return historyRow(transactionView(snapshot), { firstSeq, lastSeq: row.seq, endedAtMs });
  }

  #execute(action: { readonly type: string; readonly params?: unknown }): void {
    if (action.type === 'xstate.stopChild') this.#effects?.abort();
    if (action.type !== 'xstate.spawnChild') return;
    const { src, input } = action.params as { readonly src: 'perform' | 'undo'; readonly input: EffectInput };
    this.#effects?.run({ source: src, input });
  }
}

/** Who an event comes from that nobody sent: the daemon itself. */
const DAEMON = { uid: 0, pid: process.pid, client: 'apt-ostreed' };

/** A staged deployment's transaction has ended for its user; its boot is told later. */
function endOf(snapshot: TransactionSnapshot, row: EventRow, before: number | null): number | null {
  if (before !== null) return before;
  return isFinal(snapshot) || snapshot.value === 'staged' ? row.wallTimeMs : null;
}

interface Folded {
  readonly snapshot: TransactionSnapshot;
  readonly firstSeq: number;
  readonly endedAtMs: number | null;
}

function fold(rows: readonly EventRow[]): Folded & { readonly history: HistoryRow } {
  const [first] = rows;
  if (first === undefined || first.type !== 'OPENED') throw foldFailed(first, 'it does not begin with OPENED');
  const last = rows.at(-1) ?? first;
  try {
    const folded = foldFrom(first, rows);
    // whoever shows it later must not stumble over it
    const history = historyRow(transactionView(folded.snapshot), { ...folded, lastSeq: last.seq });
    return { ...folded, history };
  } catch (error) {
    if (error instanceof AptOstreeError && error.code === 'journal-broken') throw error;
    throw foldFailed(last, `its content makes no sense (${failureOf(error).message})`);
  }
}

function foldFrom(first: EventRow, rows: readonly EventRow[]): Folded {
  let [snapshot] = initialTransition(transactionMachine, openingOfRow(first));
  let endedAtMs: number | null = null;
  for (const row of rows) {
    snapshot = foldRow(snapshot, row);
    endedAtMs = endOf(snapshot, row, endedAtMs);
  }
  return { snapshot, firstSeq: first.seq, endedAtMs };
}

function foldRow(before: TransactionSnapshot, row: EventRow): TransactionSnapshot {
  if (row.machineVersion !== MACHINE_VERSION)
    throw foldFailed(row, `it is of machine version ${row.machineVersion}, this program knows ${MACHINE_VERSION}`);
  const after = row.type === 'OPENED' ? before : foldEvent(before, row);
  if (stateText(after) !== row.state)
    throw foldFailed(row, `it leads to ${stateText(after)}, the row says ${row.state}`);
  return after;
}

function foldEvent(before: TransactionSnapshot, row: EventRow): TransactionSnapshot {
  const event = eventOfRow(row);
  if (!before.can(event)) throw foldFailed(row, `${row.type} does not fit state ${stateText(before)}`);
  return transition(transactionMachine, before, event)[0];
}

function foldFailed(row: EventRow | undefined, reason: string): AptOstreeError {
  return new AptOstreeError('journal-broken', `cannot read the journal at row ${row?.seq ?? 0}: ${reason}`);
}

function authorizationText({ authorizations }: Opening): string {
  return authorizations.map(({ action, answer }) => `${action}=${answer}`).join(' ');
}
