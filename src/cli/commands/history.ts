// apt-ostree history: past transactions, the latest first.

import { Command, Option } from 'clipanion';
import { JournalCommand } from '../journal-command.js';
import { historyBlock, historyTable } from '../render/history.js';
import { jsonText } from '../render/printable.js';
import { userNames } from '../user-names.js';

export class HistoryCommand extends JournalCommand {
  static override paths = [['history']];
  static override usage = Command.Usage({
    category: 'Journal',
    description: 'List past transactions, the latest first, failed and cancelled ones included',
    examples: [
      ['What happened today', '$0 history --since today'],
      ['Who installed htop', '$0 history --package htop --kind install'],
    ],
  });

  verbose = Option.Boolean('-v,--verbose', false, { description: 'Show all that is known of each' });

  async execute(): Promise<number> {
    const filter = this.filter();
    const rows = await this.withClient((client) => client.journal.transactions(filter));
    const { terminal } = this.context;
    const view = { nameOf: userNames(), columns: terminal.isTTY ? terminal.columns() : null };
    if (this.json) this.print(rows.map((row) => jsonText(row)));
    else if (this.verbose)
      this.print(rows.flatMap((row, at) => [...(at === 0 ? [] : ['']), ...historyBlock(row, view)]));
    else this.print(historyTable(rows, view.nameOf));
    return 0;
  }
}
