// Runs a request through as many lives of the daemon as it takes, each begun like an ordinary command's private daemon.

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  type ClientRequest,
  connect,
  type Status,
  type TransactionHandle,
} from '../../src/client/client.js';
import { AptOstreeError } from '../../src/model/errors.js';
import type { Lane } from './lane.js';
import { type Plan, readTrace, type TraceLine, writePlan } from './plan.js';

export type Doom = Partial<Omit<Plan, 'trace'>>;

export interface Story {
  readonly trace: readonly TraceLine[];
  readonly lives: number;
  /** As the last daemon said it. */
  readonly status: Status;
  /** What the client was told in the first life, or null when it was told nothing. */
  readonly told: { readonly ok: boolean; readonly message: string } | null;
}

/** Called right after a daemon died, before the next one starts. */
export type OnDeath = () => void;

/** A life must reach its end within this time, recovery included. */
const LIFE_MS = 60_000;
const MAX_LIVES = 6;

export async function live(
  lane: Lane,
  request: ClientRequest,
  { doom = {}, onDeath = () => undefined }: { readonly doom?: Doom; readonly onDeath?: OnDeath } = {},
): Promise<Story> {
  const plan = { trace: lane.traceFile, fates: [], failing: null, cancelAt: null, fault: null, ...doom };
  writePlan(lane.planFile, plan);
  let told: Story['told'] = null;
  for (let lives = 1; lives <= MAX_LIVES; lives += 1) {
    const before = struck(lane);
    const status = await oneLife(lane, async (client) => {
      if (lives === 1) told = await followThrough(lane, client, request);
    });
    if (status !== null && !needsAnotherLife(lane, before))
      return { trace: readTrace(lane.traceFile), lives, status, told };
    if (status === null && struck(lane) === before) throw new Error('the daemon ended although nothing killed it');
    if (status === null) onDeath();
  }
  throw new Error(`no life of ${MAX_LIVES} came to its end`);
}

/** Null when the daemon died. */
async function oneLife(lane: Lane, use: (client: Client) => Promise<void>): Promise<Status | null> {
  const limit = new AbortController();
  const life = (async () => {
    const client = await connect({
      sysroot: lane.path,
      peer: true,
      clientId: 'crash-test',
      commandLine: '',
      daemonProgram: lane.program,
    });
    try {
      await use(client);
      return await client.status();
    } finally {
      await client.close();
    }
  })();
  const late = sleep(LIFE_MS, 'late' as const, { signal: limit.signal }).catch(() => 'in time' as const);
  try {
    const status = await Promise.race([life, late]);
    if (typeof status !== 'string') return status;
    killDaemon(lane);
    await life.catch(() => undefined);
    throw new Error(`nothing ended within ${LIFE_MS / 1000} s`);
  } catch (error) {
    if (error instanceof AptOstreeError && error.code === 'daemon-unreachable') return null;
    throw error;
  } finally {
    limit.abort();
  }
}

async function followThrough(lane: Lane, client: Client, request: ClientRequest): Promise<Story['told']> {
  const handle = await client.begin(request);
  const watch = new AbortController();
  const cancelling = cancelWhenHeld(lane, handle, watch.signal);
  try {
    await handle.start();
    for await (const event of handle.events())
      if (event.type === 'finished') return { ok: event.ok, message: event.message };
    return null;
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

/** A tidy-up that was cut short is done by the next daemon; one that was killed has not ended anything. */
function needsAnotherLife(lane: Lane, before: number): boolean {
  const lines = readTrace(lane.traceFile);
  const last = lines.findLast((line) => line.type === 'struck');
  return struck(lane) > before && (last?.victim === 'daemon' || / tidy/.test(` ${last?.at}`));
}

function struck(lane: Lane): number {
  return readTrace(lane.traceFile).filter(({ type }) => type === 'struck').length;
}

function killDaemon(lane: Lane): void {
  const last = readTrace(lane.traceFile).findLast((line) => line.type === 'life');
  if (last !== undefined) process.kill(last.pid, 'SIGKILL');
}
