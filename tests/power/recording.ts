// Records the disk of a machine while it is operated, and keeps what it was like before and after each operation.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, type ClientRequest, connect } from '../../src/client/client.js';
import type { SmallBase } from '../crash/small-base.js';
import { makeImage } from './image.js';
import { localArchive, Machine } from './machine.js';
import { MARK_VARIABLE, type Mark, markText, PID_VARIABLE, parseMark } from './marks.js';
import { OPERATIONS, type Operation } from './operations.js';
import { powerBase } from './power-base.js';
import { mountFilesystem, PowerDisk, unmountFilesystem } from './power-disk.js';
import { type SeenDeployment, seen } from './seen.js';
import { type Piece, readWriteLog } from './write-log.js';

export interface Recording {
  readonly base: SmallBase;
  /** The disk before. */
  readonly image: string;
  readonly log: string;
  readonly pieces: readonly Piece[];
  /** Objects that the repo had before. */
  readonly objects: readonly string[];
  readonly operations: readonly RecordedOperation[];
}

export interface RecordedOperation {
  readonly name: string;
  readonly transaction: string;
  readonly before: readonly SeenDeployment[];
  readonly after: readonly SeenDeployment[];
}

/** Not counted in memory: only what is written to it takes space. */
const DISK_BYTES = 8 * 1024 ** 3;
const PRODUCT = join(process.cwd(), 'dist/apt-ostreed');
const MARKING_DAEMON = join(dirname(fileURLToPath(import.meta.url)), 'marking-daemon.js');

/** As it was recorded there before, or anew. */
export async function recordingIn(directory: string): Promise<Recording> {
  const file = join(directory, 'recording.json');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(await record(directory)));
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Omit<Recording, 'pieces'>;
  return { ...recorded, pieces: readWriteLog(recorded.log) };
}

async function record(directory: string): Promise<Omit<Recording, 'pieces'>> {
  const base = await powerBase(directory);
  const image = join(directory, 'start.img');
  const target = join(directory, 'machine');
  mkdirSync(target);
  makeImage(image, DISK_BYTES);
  const objects = await prepare(image, target, base);
  const copy = join(directory, 'recorded.img');
  const log = join(directory, 'writes.log');
  execFileSync('cp', ['--sparse=always', image, copy]);
  const disk = await PowerDisk.start({ at: join(directory, 'disk'), image: copy, log });
  mountFilesystem(disk.device, target);
  const operations = await operate({ machine: new Machine(target), base, disk, directory });
  await unmountFilesystem(target, disk.device);
  await disk.stop();
  rmSync(copy);
  return { base, image, log, objects, operations };
}

/** A machine that has been in use: one package layered, something to go back to. */
async function prepare(image: string, target: string, base: SmallBase): Promise<readonly string[]> {
  mountFilesystem(image, target);
  const machine = Machine.compose(target, base);
  const client = await daemonOn(target, PRODUCT);
  await perform(client, { kind: 'refresh-md', stateroot: null, force: true });
  await perform(client, { kind: 'install', stateroot: null, add: ['crash-a'] });
  await client.close();
  const objects = machine.objects();
  await unmountFilesystem(target, image);
  return objects;
}

interface Stage {
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

async function operate(stage: Stage): Promise<readonly RecordedOperation[]> {
  const { machine, disk, directory } = stage;
  const pidFile = join(directory, 'pid');
  const client = await daemonOn(machine.path, markingProgram({ disk, directory, pidFile }));
  const idle = () => executorsGone(pidFile);
  try {
    await fillJournal(client, machine, idle);
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
  const wanted = request({ base, deployments, localArchive: archive });
  const transaction = await perform(client, wanted, () => mark('told'));
  await idle();
  mark('end');
  return { name, transaction, before, after: machine.deployments().map(seen) };
}

/** @throws when it does not end well */
async function perform(client: Client, request: ClientRequest, onTold: () => void = () => undefined): Promise<string> {
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
async function fillJournal(client: Client, machine: Machine, idle: () => Promise<void>): Promise<void> {
  for (let round = 0, size = -1; round < MAX_ROUNDS; round += 1) {
    if (machine.walBytes() === size && size > 0) return;
    size = machine.walBytes();
    await perform(client, { kind: 'cleanup', stateroot: null, pending: true });
    await idle();
  }
  throw new Error('the write-ahead log of the journal goes on growing');
}

const MAX_ROUNDS = 100;

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

/** The pieces of each operation: from its beginning to where the next one begins. */
export function rangesOf({ pieces, operations }: Recording): readonly { readonly from: number; readonly to: number }[] {
  const begins = operations.map(({ name }) =>
    pieces.findIndex(({ marks }) =>
      marks.map(parseMark).some((mark) => mark.type === 'begin' && mark.operation === name),
    ),
  );
  return begins.map((from, index) => ({ from, to: begins[index + 1] ?? pieces.length }));
}
