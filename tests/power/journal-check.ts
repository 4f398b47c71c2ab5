// The journal on a disk that a power cut left: whole, and with every row that was said to be there.

import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventRow } from '../../src/journal/rows.js';
import type { JournalStore } from '../../src/journal/store.js';
import { transactionId } from '../../src/model/transaction.js';
import { openJournal } from '../journal/journal-fixture.js';
import type { Machine } from './machine.js';
import type { Acknowledged } from './marks.js';

export interface ReadJournal {
  readonly violations: readonly string[];
  /** Of one transaction, oldest first. */
  readonly rows: readonly EventRow[];
}

/** From a copy: opening a journal writes to it, and what comes next shall find it as the power cut left it. */
export function readJournal(machine: Machine, transaction: string, acknowledged: Acknowledged): ReadJournal {
  const copy = mkdtempSync(join(tmpdir(), 'journal-'));
  try {
    for (const suffix of ['', '-wal']) {
      const file = `${machine.journalFile}${suffix}`;
      if (existsSync(file)) copyFileSync(file, join(copy, `journal.db${suffix}`));
    }
    const journal = openJournal(join(copy, 'journal.db'));
    try {
      const violations = journalViolations(journal, acknowledged);
      return { violations, rows: journal.eventsOf(transactionId(transaction)) };
    } finally {
      journal.close();
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
}

export function journalViolations(journal: JournalStore, { row }: Acknowledged): readonly string[] {
  const { ok, rows, firstBad } = journal.verify();
  const broken = ok ? [] : [`journal row ${firstBad?.seq}: ${firstBad?.reason}`];
  if (row === null) return broken;
  if (rows < row.seq) return [...broken, `the journal has ${rows} rows, and ${row.seq} were said to be on disk`];
  const [kept] = journal.events({ afterSeq: row.seq - 1, limit: 1 });
  return kept?.hash === row.hash ? broken : [...broken, `row ${row.seq} is not the one that was said to be on disk`];
}
