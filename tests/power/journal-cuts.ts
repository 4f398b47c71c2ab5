// The journal alone on a disk whose power is cut at every flush, from its first row on and across its write-ahead log's turns.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalStore } from '../../src/journal/store.js';
import { eventFor, historyFor, idOf, openJournal } from '../journal/journal-fixture.js';
import { CutDisk } from './cut-disk.js';
import { makeImage } from './image.js';
import { journalViolations } from './journal-check.js';
import { type Acknowledged, acknowledge, markText, NOTHING_ACKNOWLEDGED } from './marks.js';
import { mountFilesystem, PowerDisk, unmountFilesystem } from './power-disk.js';
import type { Report } from './report.js';
import { type Piece, readWriteLog } from './write-log.js';

const DISK_BYTES = 256 * 1024 * 1024;
/** Enough pages that the write-ahead log is written over from its beginning. */
const ROWS = 180;
const PAYLOAD = { text: 'x'.repeat(20_000) };
/** A journal that is opened again must be as durable as a new one. */
const REOPEN_EVERY = 110;

export async function cutJournal(directory: string, seed: number): Promise<Report> {
  const recording = await recordJournal(directory);
  const disk = await CutDisk.open({ directory: join(directory, 'cuts'), ...recording });
  const counts = { cuts: 0, scattered: 0, failures: [] as string[] };
  let acknowledged = NOTHING_ACKNOWLEDGED;
  for (const [piece, { marks }] of recording.pieces.entries()) {
    acknowledged = acknowledge(acknowledged, marks);
    for (const each of [null, seed]) {
      const found = await disk.cut({ piece, seed: each }, async (path) => reopened(path, acknowledged));
      if (found === null) continue;
      if (each === null) counts.cuts += 1;
      else counts.scattered += 1;
      counts.failures.push(...found.map((line) => `flush ${piece}, seed ${each}: ${line}`));
    }
  }
  await disk.close();
  return { flushes: recording.pieces.length, recoveries: 0, ...counts };
}

interface JournalRecording {
  readonly image: string;
  readonly log: string;
  readonly pieces: readonly Piece[];
}

async function recordJournal(directory: string): Promise<JournalRecording> {
  const image = join(directory, 'journal.img');
  const copy = join(directory, 'journal-recorded.img');
  const log = join(directory, 'journal.log');
  const target = join(directory, 'journal-machine');
  mkdirSync(target);
  makeImage(image, DISK_BYTES);
  execFileSync('cp', ['--sparse=always', image, copy]);
  const disk = await PowerDisk.start({ at: join(directory, 'journal-disk'), image: copy, log });
  mountFilesystem(disk.device, target);
  writeRows(target, disk);
  await unmountFilesystem(target, disk.device);
  await disk.stop();
  rmSync(copy);
  return { image, log, pieces: readWriteLog(log) };
}

function writeRows(path: string, disk: PowerDisk): void {
  let journal = openJournal(fileIn(path));
  for (let row = 1; row <= ROWS; row += 1) {
    const { seq, hash } = append(journal, row);
    disk.mark(markText({ type: 'row', seq, hash }));
    if (row % REOPEN_EVERY !== 0) continue;
    journal.close();
    journal = openJournal(fileIn(path));
  }
  journal.close();
}

function append(journal: JournalStore, number: number) {
  const id = idOf(number);
  return journal.append(eventFor(id, { payload: PAYLOAD }), (row) =>
    historyFor(id, { firstSeq: row.seq, lastSeq: row.seq }),
  );
}

/** Everything that was said to be on disk is there, and the next row follows it. */
function reopened(path: string, acknowledged: Acknowledged): readonly string[] {
  const journal = openJournal(fileIn(path));
  try {
    const violations = journalViolations(journal, acknowledged);
    append(journal, ROWS + 1);
    return [...violations, ...(journal.verify().ok ? [] : ['a row written afterwards breaks the chain'])];
  } finally {
    journal.close();
  }
}

function fileIn(path: string): string {
  return join(path, 'lib/apt-ostree/journal.db');
}
