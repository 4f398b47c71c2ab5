// apt-ostree journal export: the rows as they are kept, for other programs and other machines.

import { Command, Option } from 'clipanion';
import { exportLine } from '../export-line.js';
import { findTransaction } from '../find-transaction.js';
import { FilteredCommand } from '../journal-command.js';

export class JournalExportCommand extends FilteredCommand {
  static override paths = [['journal', 'export']];
  static override usage = Command.Usage({
    category: 'Journal',
    description: 'Print the rows of the journal as JSON, one a line, oldest first',
    details:
      'Each object has the columns of a row, its hash and the hash of the row before it: without filters the chain can ' +
      'be checked anywhere. Without --limit all rows are printed.',
    examples: [
      ['Keep a copy somewhere else', '$0 journal export | ssh backup "cat > journal.jsonl"'],
      ['What one user did this year', '$0 journal export --uid anna --since 2026-01-01'],
    ],
  });

  override limit = Option.String('--limit', { description: 'At most COUNT of them (default: all)' });
  transaction = Option.String('--transaction', { description: 'Only of the transaction whose id begins with ID' });

  async execute(): Promise<number> {
    const { limit = Number.POSITIVE_INFINITY, ...filter } = this.filter();
    return this.withClient(async ({ journal }) => {
      const transaction =
        this.transaction === undefined ? {} : { transaction: (await findTransaction(journal, this.transaction)).id };
      let left = limit;
      for await (const page of journal.pages({ ...filter, ...transaction })) {
        const rows = page.slice(0, left);
        this.print(rows.map(exportLine));
        left -= rows.length;
        if (left <= 0 || this.context.outputClosed.aborted) break;
      }
      return 0;
    });
  }
}
