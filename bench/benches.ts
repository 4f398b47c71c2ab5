// What can be measured, by name; each gives one or more figures.

import { cliStart } from './cli-start.js';
import { commit } from './commit.js';
import { daemonFootprint } from './daemon-footprint.js';
import { dpkgPhase } from './dpkg-phase.js';
import type { Figure } from './figure.js';
import { install } from './install.js';
import { journalAppend } from './journal-append.js';
import { journalQuery } from './journal-query.js';
import { resume } from './resume.js';
import { transactionStart } from './transaction-start.js';

export const BENCHES: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  'transaction-start': transactionStart,
  'cli-start': cliStart,
  'daemon-footprint': daemonFootprint,
  install,
  resume,
  'dpkg-phase': dpkgPhase,
  commit,
  'journal-append': journalAppend,
  'journal-query': journalQuery,
};
