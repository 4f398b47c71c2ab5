// apt-ostree journal prune: takes the oldest transactions out of the journal.

import { Command, Option } from 'clipanion';
import { AptOstreeError } from '../../model/errors.js';
import { DaemonCommand } from '../daemon-command.js';
import { hinted } from '../usage-error.js';

export class JournalPruneCommand extends DaemonCommand {
  static override paths = [['journal', 'prune']];
  static override usage = Command.Usage({
    category: 'Journal',
    description: 'Take the oldest transactions out of the journal, and leave a row that proves what they were',
    details:
      'What either option keeps stays. So does every transaction that has not ended, waits for its boot or made a present ' +
      'deployment, and all that came after it. Export the rows first to keep them somewhere else.',
    examples: [
      ['Keep the last hundred transactions', '$0 journal prune --keep 100'],
      ['Keep those of two years', '$0 journal prune --keep-days 730'],
    ],
  });

  keep = Option.String('--keep', { description: 'Keep the newest COUNT transactions' });
  keepDays = Option.String('--keep-days', { description: 'Keep the transactions of the last DAYS days' });

  async execute(): Promise<number> {
    if (this.keep === undefined && this.keepDays === undefined)
      throw hinted('cannot prune: give --keep COUNT or --keep-days DAYS', ['journal', 'prune']);
    const wish = { keep: countOf('--keep', this.keep), keepDays: countOf('--keep-days', this.keepDays) };
    const { rows, transactions, first } = await this.withClient(({ journal }) => journal.prune(wish));
    const said =
      rows === 0
        ? 'Nothing to prune.'
        : `Pruned ${rows} rows of ${transactions} transactions; the journal begins with row ${first} now.`;
    if (!this.quiet) this.context.terminal.write(`${said}\n`);
    return 0;
  }
}

const MAX_COUNT = 1_000_000;

function countOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const count = /^\d{1,7}$/.test(text) ? Number(text) : MAX_COUNT + 1;
  if (count <= MAX_COUNT) return count;
  throw new AptOstreeError(
    'invalid-argument',
    `cannot use ${JSON.stringify(text)} as ${option}: give 0 to ${MAX_COUNT}`,
  );
}
