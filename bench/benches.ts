// What can be measured, by name; each gives one or more figures.

import { commit } from './commit.js';
import { dpkgPhase } from './dpkg-phase.js';
import type { Figure } from './figure.js';
import { install } from './install.js';
import { journalAppend } from './journal-append.js';
import { journalQuery } from './journal-query.js';
import { transactionStart } from './transaction-start.js';

export const BENCHES: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  'transaction-start': transactionStart,
  install,
  commit,
  'dpkg-phase': dpkgPhase,
  'journal-append': journalAppend,
  'journal-query': journalQuery,
};
