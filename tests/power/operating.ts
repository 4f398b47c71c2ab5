// Operates a machine while its disk is recorded: through one daemon that lives as long, and marks what it was told by its journal.

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, type ClientRequest, connect } from '../../src/client/client.js';
import type { SmallBase } from '../crash/small-base.js';
import { localArchive, type Machine, otherVersion, requestedOf } from './machine.js';
import { MARK_VARIABLE, type Mark, markText, PID_VARIABLE } from './marks.js';
import { OPERATIONS, type Operation } from './operations.js';
import type { PowerDisk } from './power-disk.js';
import { type SeenDeployment, seen } from './seen.js';

export interface RecordedOperation {
  readonly name: string;
  readonly transaction: string;
  readonly before: readonly SeenDeployment[];
  readonly after: readonly SeenDeployment[];
}

/** The daemon that users run. */
export const PRODUCT = resolve('dist/apt-ostreed');
const MARKING_DAEMON = join(dirname(fileURLToPath(import.meta.url)), 'marking-daemon.js');

export interface Stage {
  readonly machine: Machine;
  readonly base: SmallBase;
  readonly disk: PowerDisk;
  readonly directory: string;
}

interface Running extends Stage {
  readonly client: Client;
  readonly archive: string;
  /** Resolves when no executor is at work. */
  readonly idle: () => Promise<void>;
}

export async function operate(stage: Stage): Promise<readonly RecordedOperation[]> {
  const { machine, disk, directory } = stage;
  const pidFile = join(directory, 'pid');
  const client = await daemonOn(machine.path, markingProgram({ disk, directory, pidFile }));
  const idle = () => executorsGone(pidFile);
  try {
    await fillJournal(client, machine);
    const running = { ...stage, client, idle, archive: localArchive(join(directory, 'local')) };
    const operations: RecordedOperation[] = [];
    for (const operation of OPERATIONS) operations.push(await recordOperation(operation, running));
    return operations;
  } finally {
    await client.close();
  }
}

async function recordOperation(
  { name, request }: Operation,
  { machine, base, disk, client, archive, idle }: Running,
): Promise<RecordedOperation> {
  const mark = (type: Exclude<Mark['type'], 'row'>) => disk.mark(markText({ type, operation: name }));
  const deployments = machine.deployments();
  const before = deployments.map(seen);
  mark('begin');
  const [first] = deployments;
  const on = { requested: requestedOf(first), otherVersion: otherVersion(base, first), localArchive: archive };
  const transaction = await perform(client, request(on), () => mark('told'));
  await idle();
  mark('end');
  return { name, transaction, before, after: machine.deployments().map(seen) };
}

/** @throws when it does not end well */
export async function perform(
  client: Client,
  request: ClientRequest,
  onTold: () => void = () => undefined,
): Promise<string> {
  const handle = await client.begin(request);
  await handle.start();
  for await (const event of handle.events()) {
    if (event.type !== 'finished') continue;
    onTold();
    if (!event.ok) throw new Error(`${request.kind} failed: ${event.message}`);
  }
  return handle.id;
}

/**
 * SQLite syncs a file that grew, and with it, on ext4, whatever happened before. Only once the write-ahead log is written over
 * from its beginning, as in any daemon that lives for a while, does each row stand for itself.
 */
async function fillJournal(client: Client, machine: Machine): Promise<void> {
  const add = Array.from({ length: 200 }, (_, index) => `power-filler-${index}`);
  for (let round = 0, size = -1; round < MAX_ROUNDS; round += 1) {
    if (machine.walBytes() === size && size > 0) return;
    size = machine.walBytes();
    // asked for and taken back: two rows of the journal, and no work
    const handle = await client.begin({ kind: 'install', stateroot: null, add });
    await handle.cancel();
  }
  throw new Error('the write-ahead log of the journal goes on growing');
}

const MAX_ROUNDS = 500;

export function daemonOn(sysroot: string, daemonProgram: string): Promise<Client> {
  return connect({ sysroot, peer: true, clientId: 'power-test', commandLine: '', daemonProgram });
}

function markingProgram({
  disk,
  directory,
  pidFile,
}: {
  readonly disk: PowerDisk;
  readonly directory: string;
  readonly pidFile: string;
}): string {
  const file = join(directory, 'marking-apt-ostreed');
  const environment = `${MARK_VARIABLE}='${disk.markFile}' ${PID_VARIABLE}='${pidFile}'`;
  writeFileSync(file, `#!/bin/sh\n${environment} exec ${process.execPath} ${MARKING_DAEMON} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

/** The tidy-up after an operation is over when its executor has gone. */
async function executorsGone(pidFile: string): Promise<void> {
  const pid = readFileSync(pidFile, 'utf8');
  while (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') !== '') await sleep(10);
}
