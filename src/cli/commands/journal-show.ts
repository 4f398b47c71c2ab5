// apt-ostree journal show: the story of one transaction.

import { Command, Option } from 'clipanion';
import { DaemonCommand } from '../daemon-command.js';
import { findTransaction } from '../find-transaction.js';
import { jsonText } from '../render/printable.js';
import { storyLines } from '../render/story.js';
import { userNames } from '../user-names.js';

export class JournalShowCommand extends DaemonCommand {
  static override paths = [['journal', 'show']];
  static override usage = Command.Usage({
    category: 'Journal',
    description: 'Tell the story of a transaction, step by step',
    details: 'ID is a transaction id or the beginning of one, as history lists it; without ID the latest one is told.',
    examples: [['With the output of package scripts', '$0 journal show -v']],
  });

  verbose = Option.Boolean('-v,--verbose', false, { description: 'Show the output of package scripts as well' });
  json = Option.Boolean('--json', false, { description: 'Print the events, one JSON object a line' });
  id = Option.String({ name: 'ID', required: false });

  async execute(): Promise<number> {
    return this.withClient(async ({ journal }) => {
      const history = await findTransaction(journal, this.id ?? null);
      const rows = await journal.events({ transaction: history.id, limit: 10_000 });
      const { terminal } = this.context;
      const view = {
        nameOf: userNames(),
        verbose: this.verbose,
        columns: terminal.isTTY ? terminal.columns() : null,
      };
      const lines = this.json ? rows.map((row) => jsonText(row)) : storyLines(history, rows, view);
      terminal.write(`${lines.join('\n')}\n`);
      return 0;
    });
  }
}
