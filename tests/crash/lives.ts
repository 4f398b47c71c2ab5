// Runs a request through as many lives of the daemon as it takes, each begun like an ordinary command's private daemon.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientRequest, Status, TransactionHandle } from '../../src/client/client.js';
import { AptOstreeError } from '../../src/model/errors.js';
import type { Lane } from './lane.js';
import { oneLife } from './life.js';
import { type Plan, readTrace, type TraceLine, writePlan } from './plan.js';

export type Doom = Partial<Omit<Plan, 'trace'>>;

export interface Told {
  readonly ok: boolean;
  readonly message: string;
  /** The transaction, once it was opened. */
  readonly id: string | null;
}

export interface Story {
  readonly trace: readonly TraceLine[];
  readonly lives: number;
  /** As the last daemon said it. */
  readonly status: Status;
  /** What the client was told in the first life, or null when it was told nothing. */
  readonly told: Told | null;
}

export interface LiveOptions {
  readonly doom?: Doom;
  /** Called right after a daemon died, before the next one starts. */
  readonly onDeath?: () => void;
  /** Disturbs a life from outside, until the signal says that it has ended. */
  readonly meddle?: Meddle;
}

export type Meddle = (transaction: () => TransactionHandle | null, signal: AbortSignal) => Promise<void>;

const MAX_LIVES = 8;

export async function live(
  lane: Lane,
  request: ClientRequest,
  { doom = {}, onDeath = () => undefined, meddle = async () => undefined }: LiveOptions = {},
): Promise<Story> {
  writePlan(lane.planFile, { ...HARMLESS, trace: lane.traceFile, ...doom });
  let told: Told | null = null;
  for (let lives = 1; lives <= MAX_LIVES; lives += 1) {
    const before = disturbances(lane);
    const follow = { transaction: null as TransactionHandle | null };
    const status = await meddled(
      () =>
        oneLife(lane, async (client) => {
          if (lives === 1) told = await followThrough(lane, client, { request, follow });
        }),
      (signal) => meddle(() => follow.transaction, signal),
    );
    if (status !== null && !needsAnotherLife(lane, before))
      return { trace: readTrace(lane.traceFile), lives, status, told };
    if (status === null && disturbances(lane) === before)
      throw new Error('the daemon ended although nothing killed it');
    if (status === null) onDeath();
  }
  throw new Error(`no life of ${MAX_LIVES} came to its end`);
}

const HARMLESS = { fates: [], failing: null, cancelAt: null, fault: null, recordsCalls: false, without: null } as const;

async function meddled<Result>(
  life: () => Promise<Result>,
  meddle: (signal: AbortSignal) => Promise<void>,
): Promise<Result> {
  const over = new AbortController();
  const meddling = meddle(over.signal);
  try {
    return await life();
  } finally {
    over.abort();
    await meddling;
  }
}

interface Following {
  readonly request: ClientRequest;
  readonly follow: { transaction: TransactionHandle | null };
}

async function followThrough(lane: Lane, client: Client, { request, follow }: Following): Promise<Told | null> {
  const watch = new AbortController();
  let cancelling = Promise.resolve();
  try {
    const handle = await client.begin(request);
    follow.transaction = handle;
    cancelling = cancelWhenHeld(lane, handle, watch.signal);
    await handle.start();
    for await (const event of handle.events())
      if (event.type === 'finished') return { ok: event.ok, message: event.message, id: handle.id };
    return null;
  } catch (error) {
    if (!(error instanceof AptOstreeError) || error.code === 'daemon-unreachable') throw error;
    return { ok: false, message: error.message, id: follow.transaction?.id ?? null };
  } finally {
    watch.abort();
    await cancelling;
  }
}

async function cancelWhenHeld(lane: Lane, handle: TransactionHandle, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (readTrace(lane.traceFile).some(({ type }) => type === 'held')) return handle.cancel().catch(daemonIsGone);
    await sleep(10);
  }
}

function daemonIsGone(error: unknown): void {
  if (!(error instanceof AptOstreeError && error.code === 'daemon-unreachable')) throw error;
}

/**
 * A tidy-up that was cut short is done by the next daemon; one that was killed has not ended anything. After an error a
 * repair by hand may be named, and the next start finds out where things stand.
 */
function needsAnotherLife(lane: Lane, before: number): boolean {
  if (disturbances(lane) === before) return false;
  const last = readTrace(lane.traceFile).findLast(isDisturbance);
  if (last?.type !== 'struck') return true;
  return last.victim === 'daemon' || last.victim === 'group' || / (tidy|random)/.test(` ${last.at}`);
}

function disturbances(lane: Lane): number {
  return readTrace(lane.traceFile).filter(isDisturbance).length;
}

function isDisturbance(line: TraceLine): boolean {
  return line.type === 'struck' || line.type === 'faulty';
}
