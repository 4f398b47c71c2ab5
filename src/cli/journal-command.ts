// What the commands that read the journal have in common: filters, and for those that print for people, JSON by line instead.

import { Option } from 'clipanion';
import { AptOstreeError } from '../model/errors.js';
import { OPERATIONS } from '../model/operations.js';
import type { TransactionState } from '../model/transaction.js';
import { DaemonCommand } from './daemon-command.js';
import type { HistoryFilter } from './journal-rows.js';
import { parseTime } from './time-expression.js';
import { uidOf } from './user-names.js';

export abstract class FilteredCommand extends DaemonCommand {
  since = Option.String('--since', {
    description: 'Only from TIME on: 2026-01-31, "2h ago", yesterday, seconds since 1970',
  });
  until = Option.String('--until', { description: 'Only until TIME' });
  uid = Option.String('--uid', { description: 'Only what USER asked for, by name or number' });
  package = Option.String('--package', { description: 'Only what concerned PACKAGE' });
  kind = Option.String('--kind', { description: `Only operations of KIND: ${Object.keys(OPERATIONS).join(', ')}` });
  outcome = Option.String('--outcome', {
    description: 'Only with OUTCOME: created, in-progress, committed, failed, rolled-back, cancelled',
  });
  limit = Option.String('--limit', { description: 'At most COUNT of them (default: 100)' });

  /** @throws invalid-argument */
  protected filter(): HistoryFilter {
    const now = this.context.now();
    return {
      ...(this.since === undefined ? {} : { sinceMs: parseTime(this.since, now) }),
      ...(this.until === undefined ? {} : { untilMs: parseTime(this.until, now) }),
      ...(this.uid === undefined ? {} : { uid: uidOf(this.uid) }),
      ...(this.package === undefined ? {} : { package: this.package }),
      ...(this.kind === undefined ? {} : { kind: kindOf(this.kind) }),
      ...(this.outcome === undefined ? {} : { outcome: outcomeOf(this.outcome) }),
      ...(this.limit === undefined ? {} : { limit: limitOf(this.limit) }),
    };
  }

  protected print(lines: readonly string[]): void {
    for (const line of lines) this.context.terminal.write(`${line}\n`);
  }
}

export abstract class JournalCommand extends FilteredCommand {
  json = Option.Boolean('--json', false, { description: 'Print one JSON object a line' });
}

function kindOf(text: string): string {
  if (Object.hasOwn(OPERATIONS, text)) return text;
  throw refuse('kind', text, Object.keys(OPERATIONS));
}

const OUTCOMES: Readonly<Record<string, TransactionState>> = {
  created: 'Created',
  'in-progress': 'InProgress',
  committed: 'Committed',
  failed: 'Failed',
  'rolled-back': 'RolledBack',
  cancelled: 'Cancelled',
};

/** Also as the states are spelled: `RolledBack`. */
function outcomeOf(text: string): TransactionState {
  const plain = (word: string) => word.toLowerCase().replaceAll('-', '');
  const found = Object.entries(OUTCOMES).find(([name]) => plain(name) === plain(text));
  if (found === undefined) throw refuse('outcome', text, Object.keys(OUTCOMES));
  return found[1];
}

const MAX_LIMIT = 10_000;

function limitOf(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MAX_LIMIT) return count;
  throw new AptOstreeError('invalid-argument', `cannot use ${JSON.stringify(text)} as --limit: give 1 to ${MAX_LIMIT}`);
}

function refuse(option: string, text: string, known: readonly string[]): AptOstreeError {
  return new AptOstreeError(
    'invalid-argument',
    `cannot use ${JSON.stringify(text)} as --${option}: there are ${known.join(', ')}`,
  );
}
