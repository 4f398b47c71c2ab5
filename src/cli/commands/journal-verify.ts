// apt-ostree journal verify: whether the chain of hashes holds.

import { Command, Option } from 'clipanion';
import { AptOstreeError } from '../../model/errors.js';
import { DaemonCommand } from '../daemon-command.js';
import { jsonText } from '../render/printable.js';

export class JournalVerifyCommand extends DaemonCommand {
  static override paths = [['journal', 'verify']];
  static override usage = Command.Usage({
    category: 'Journal',
    description: 'Check that no row of the journal was changed, added or taken away',
    details: 'Keep the printed head somewhere else: with it one can prove later that nothing was cut off the end.',
    examples: [['Check it', '$0 journal verify']],
  });

  json = Option.Boolean('--json', false, { description: 'Print JSON' });

  async execute(): Promise<number> {
    const result = await this.withClient(({ journal }) => journal.verify());
    if (this.json) this.context.terminal.write(`${jsonText(result)}\n`);
    if (!result.ok) throw wrongRow(result.firstBad);
    if (!(this.json || this.quiet))
      this.context.terminal.write(`ok: ${result.rows} rows, head ${result.head ?? 'none'}\n`);
    return 0;
  }
}

function wrongRow(row: { readonly seq: number; readonly reason: string } | null): AptOstreeError {
  const where = row === null ? 'it does not say where' : `row ${row.seq}: ${row.reason}`;
  return new AptOstreeError('journal-broken', `cannot trust the journal: ${where}`);
}
