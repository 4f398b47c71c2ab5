// apt-ostreed that marks the log of its disk whenever a row of the journal is said to be on disk.

import { openSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { daemonLog } from '../../src/daemon/log.js';
import { parseDaemonOptions } from '../../src/daemon/options.js';
import { programFiles } from '../../src/daemon/program-files.js';
import { runDaemon } from '../../src/daemon/run.js';
import { settingsFor } from '../../src/daemon/settings.js';
import type { EventRow, HistoryRow } from '../../src/journal/rows.js';
import { JournalStore, type NewEvent } from '../../src/journal/store.js';
import { MARK_VARIABLE, markText, PID_VARIABLE } from './marks.js';

const marks = openSync(process.env[MARK_VARIABLE] ?? '', 'r+');
writeFileSync(process.env[PID_VARIABLE] ?? '', String(process.pid));

class MarkingJournal extends JournalStore {
  override append(event: NewEvent, derive: (row: EventRow) => HistoryRow): EventRow {
    const row = super.append(event, derive);
    writeSync(marks, markText({ type: 'row', seq: row.seq, hash: row.hash }));
    return row;
  }
}

const options = parseDaemonOptions(process.argv.slice(2));
await runDaemon({
  options,
  settings: settingsFor(options),
  files: { ...programFiles(resolve('dist/apt-ostreed')), sqliteBinding: null },
  openJournal: (location) => new MarkingJournal(location),
  log: daemonLog('warn'),
});
