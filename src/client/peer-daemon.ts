// A private apt-ostreed for one command: started, connected to, ended with it.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AptOstreeError } from '../model/errors.js';
import { DaemonWords } from './daemon-words.js';
import { WireConnection } from './wire-connection.js';

const POLL_MS = 10;
/** Between SIGTERM and SIGKILL; it stops its executor first. */
const END_MS = 30_000;

export class PeerDaemon {
  readonly connection: WireConnection;
  private readonly child: ChildProcess;
  private readonly directory: string;

  /** Waits until it answers, however long it recovers. @throws not-authorized, daemon-unreachable when it ends instead */
  static async start(program: string, sysroot: string): Promise<PeerDaemon> {
    if (process.geteuid?.() !== 0)
      throw new AptOstreeError('not-authorized', `cannot open ${sysroot} without the daemon: only root can`);
    const directory = await mkdtemp(join(tmpdir(), 'apt-ostree-')); // mode 0700
    const socket = join(directory, 'socket');
    // a group of its own: Ctrl-C is ours to handle
    const child = spawn(program, ['--peer', '--sysroot', sysroot, '--address', `unix:path=${socket}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const words = new DaemonWords(child.stderr);
    try {
      const connection = await firstConnection({ child, program, socket, words });
      words.release();
      return new PeerDaemon(child, directory, connection);
    } catch (error) {
      await end(child, directory);
      throw error;
    }
  }

  private constructor(child: ChildProcess, directory: string, connection: WireConnection) {
    this.child = child;
    this.directory = directory;
    this.connection = connection;
  }

  async end(): Promise<void> {
    await end(this.child, this.directory);
  }
}

async function firstConnection(of: {
  readonly child: ChildProcess;
  readonly program: string;
  readonly socket: string;
  readonly words: DaemonWords;
}): Promise<WireConnection> {
  const { child, program, socket, words } = of;
  let failure: string | null = null;
  child.once('error', (error) => {
    failure = error.message;
  });
  // `close` comes after the last word on stderr
  child.once('close', (status, signal) => {
    failure ??= `it ended with ${signal ?? `status ${status}`}`;
  });
  for (;;) {
    const connection = await WireConnection.open(socket).catch(notYet);
    if (connection !== null) return connection;
    if (failure !== null)
      throw new AptOstreeError(
        'daemon-unreachable',
        words.lastError() ?? `cannot run ${program} for this command: ${failure}`,
      );
    await sleep(POLL_MS);
  }
}

/** It has not made its socket, or does not listen yet. */
function notYet(error: unknown): null {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED'))
    return null;
  throw error;
}

async function end(child: ChildProcess, directory: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await exited;
    clearTimeout(killer);
  }
  await rm(directory, { recursive: true, force: true });
}
