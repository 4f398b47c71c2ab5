// apt-ostree journal list: the events themselves, oldest first.

import { Command, Option } from 'clipanion';
import { findTransaction } from '../find-transaction.js';
import { JournalCommand } from '../journal-command.js';
import { planBook } from '../plan-book.js';
import { eventLine } from '../render/event-line.js';
import { jsonText } from '../render/printable.js';
import { userNames } from '../user-names.js';

export class JournalListCommand extends JournalCommand {
  static override paths = [['journal', 'list']];
  static override usage = Command.Usage({
    category: 'Journal',
    description: 'List the events of the journal, oldest first',
    details: 'Without filters the latest events are listed.',
    examples: [['All events of a day as JSON', '$0 journal list --json --since 2026-01-31 --until 2026-02-01']],
  });

  transaction = Option.String('--transaction', { description: 'Only of the transaction whose id begins with ID' });

  async execute(): Promise<number> {
    const filter = this.filter();
    return this.withClient(async ({ journal }) => {
      const transaction = this.transaction === undefined ? null : (await findTransaction(journal, this.transaction)).id;
      // the latest ones are wanted, and are read from below
      const newest = await journal.events({
        ...filter,
        ...(transaction === null ? {} : { transaction }),
        newestFirst: true,
      });
      const rows = newest.toReversed();
      const planFor = planBook(journal);
      const nameOf = userNames();
      for (const row of rows)
        this.print([this.json ? jsonText(row) : eventLine(row, { plan: await planFor(row), nameOf })]);
      return 0;
    });
  }
}
