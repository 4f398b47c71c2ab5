// apt-ostreed that dies before or after a journal row, or kills its executor there, where the plan says so.

import { readFileSync } from 'node:fs';
import { daemonLog } from '../../src/daemon/log.js';
import { parseDaemonOptions } from '../../src/daemon/options.js';
import { runDaemon } from '../../src/daemon/run.js';
import { settingsFor } from '../../src/daemon/settings.js';
import type { JournalLocation } from '../../src/journal/database.js';
import type { EventRow, HistoryRow } from '../../src/journal/rows.js';
import { JournalStore, type NewEvent } from '../../src/journal/store.js';
import { CrashPoints, killSelf } from './crash-points.js';
import { readPlan, trace } from './plan.js';
import { EXECUTOR_VARIABLE, MIGRATIONS_VARIABLE } from './programs.js';
import { withFaultAtOnce } from './system-call-fault.js';

const plan = readPlan();
const options = parseDaemonOptions(process.argv.slice(2));
trace(plan.trace, { type: 'life', pid: process.pid, address: options.address ?? '' });

const points = new CrashPoints({
  plan,
  who: 'daemon',
  hasChild: () => children().length > 0,
  kill: {
    daemon: killSelf,
    executor: () => {
      for (const pid of children()) process.kill(pid, 'SIGKILL');
    },
    child: () => undefined,
  },
});

class CrashingJournal extends JournalStore {
  override append(event: NewEvent, derive: (row: EventRow) => HistoryRow): EventRow {
    const name = `journal ${event.type}${indexOf(event.payload)}`;
    points.pass(`${name} before`);
    const row = withFaultAtOnce(plan, name, () => super.append(event, derive));
    points.pass(`${name} after`);
    return row;
  }

  override close(): void {
    withFaultAtOnce(plan, 'close of the journal', () => super.close());
  }
}

await runDaemon({
  settings: settingsFor(options),
  options,
  files: {
    executor: process.env[EXECUTOR_VARIABLE] ?? '',
    migrations: process.env[MIGRATIONS_VARIABLE] ?? '',
    sqliteBinding: null,
  },
  openJournal: (location: JournalLocation) => new CrashingJournal(location),
  log: daemonLog('warn'),
});

function indexOf(payload: unknown): string {
  const { index } = payload as { readonly index?: number };
  return index === undefined ? '' : ` ${index}`;
}

/** The executor, when one is alive. */
function children(): readonly number[] {
  const text = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  return text
    .split(' ')
    .filter((each) => each !== '')
    .map(Number);
}
