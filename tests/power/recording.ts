// Records the disk of a machine while it is operated, and keeps what it was like before and after each operation.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SmallBase } from '../crash/small-base.js';
import { makeImage } from './image.js';
import { Machine } from './machine.js';
import { parseMark } from './marks.js';
import { daemonOn, operate, PRODUCT, perform, type RecordedOperation } from './operating.js';
import { powerBase } from './power-base.js';
import { mountFilesystem, PowerDisk, unmountFilesystem } from './power-disk.js';
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

/** Not counted in memory: only what is written to it takes space. */
const DISK_BYTES = 8 * 1024 ** 3;

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

/** The pieces of each operation: from its beginning to where the next one begins. */
export function rangesOf({ pieces, operations }: Recording): readonly { readonly from: number; readonly to: number }[] {
  const begins = operations.map(({ name }) =>
    pieces.findIndex(({ marks }) =>
      marks.map(parseMark).some((mark) => mark.type === 'begin' && mark.operation === name),
    ),
  );
  return begins.map((from, index) => ({ from, to: begins[index + 1] ?? pieces.length }));
}
