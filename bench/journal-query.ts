// Questions to a journal of a million events, and the proof that it is whole.

import { join } from 'node:path';
import type { EventFilter, HistoryFilter } from '../src/journal/rows.js';
import type { JournalStore } from '../src/journal/store.js';
import { type Figure, figure } from './figure.js';
import { emptyFilesystem } from './filesystem.js';
import {
  COMMON_UID,
  EVENTS,
  FIRST_MS,
  INTERVAL_MS,
  openJournal,
  packageNumber,
  RARE_UID,
  transactionNumber,
  writeLargeJournal,
} from './large-journal.js';

const ROUNDS = 15;
const VERIFY_ROUNDS = 5;
const TARGET_MS = 50;

/** In the middle of the time covered, a day long. */
const DAY = { sinceMs: FIRST_MS + 50_000 * INTERVAL_MS, untilMs: FIRST_MS + 50_024 * INTERVAL_MS };

const HISTORY: Readonly<Record<string, HistoryFilter>> = {
  'history, newest': {},
  'history of a package': { package: packageNumber(77) },
  'history of a uid': { uid: COMMON_UID },
  'history of a rare uid': { uid: RARE_UID },
  'history of a day': DAY,
  'history of an outcome nobody had': { outcome: 'Failed' },
};

const EVENTS_OF: Readonly<Record<string, EventFilter>> = {
  'events of a transaction': { transaction: transactionNumber(54_321) },
  'events of a package': { package: packageNumber(77) },
  'events of a rare uid': { uid: RARE_UID },
  'events of a day': DAY,
};

/** Each answer is limited to 100 rows, as the command line does. */
export async function journalQuery(): Promise<readonly Figure[]> {
  using filesystem = emptyFilesystem();
  const path = join(filesystem.path, 'journal.db');
  writeLargeJournal(path);
  const opening = repeated(ROUNDS, () => openJournal(path).close());
  const journal = openJournal(path);
  const figures = [
    figure({ name: 'journal of 1,000,000 events: open', unit: 'ms', samples: opening, target: TARGET_MS }),
    ...Object.entries(HISTORY).map(([name, filter]) => answer(name, () => journal.history(filter).length)),
    ...Object.entries(EVENTS_OF).map(([name, filter]) => answer(name, () => journal.events(filter).length)),
    verification(journal),
  ];
  journal.close();
  return figures;
}

function answer(name: string, ask: () => number): Figure {
  const samples = repeated(ROUNDS, () => {
    if (ask() === 0 && !name.includes('nobody')) throw new Error(`${name}: there was no answer`);
  });
  return figure({ name: `journal of 1,000,000 events: ${name}`, unit: 'ms', samples, target: TARGET_MS });
}

function verification(journal: JournalStore): Figure {
  const samples = repeated(VERIFY_ROUNDS, () => {
    const { ok, rows, firstBad } = journal.verify();
    if (!ok || EVENTS - rows > 10) throw new Error(`the journal is not whole: ${JSON.stringify(firstBad)}`);
  });
  const seconds = samples.map((each) => each / 1000);
  return figure({ name: 'journal of 1,000,000 events: verify', unit: 's', samples: seconds });
}

function repeated(times: number, act: () => void): readonly number[] {
  return Array.from({ length: times }, () => {
    const startedAtMs = performance.now();
    act();
    return performance.now() - startedAtMs;
  });
}
