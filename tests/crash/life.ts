// One life of a daemon: begun like an ordinary command's private one, used, and ended or dead.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect, type Status } from '../../src/client/client.js';
import { AptOstreeError } from '../../src/model/errors.js';
import type { Lane } from './lane.js';
import { readTrace } from './plan.js';

/** A life must reach its end within this time, recovery included, on however busy a machine. */
const LIFE_MS = 300_000;

/** Null when the daemon died. */
export async function oneLife(lane: Lane, use: (client: Client) => Promise<void>): Promise<Status | null> {
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

function killDaemon(lane: Lane): void {
  const last = readTrace(lane.traceFile).findLast((line) => line.type === 'life');
  if (last !== undefined) process.kill(last.pid, 'SIGKILL');
}
