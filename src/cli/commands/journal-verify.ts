// apt-ostree journal verify: whether the chain of hashes holds, and what is derived from the rows agrees with them.

import { Command, Option } from 'clipanion';
import { AptOstreeError } from '../../model/errors.js';
import { DaemonCommand } from '../daemon-command.js';
import type { VerifyResult } from '../journal-rows.js';
import { jsonText } from '../render/printable.js';

export class JournalVerifyCommand extends DaemonCommand {
  static override paths = [['journal', 'verify']];
  static override usage = Command.Usage({
    category: 'Journal',
    description: 'Check that no row of the journal was changed, added or taken away',
    details:
      'Keep the printed head somewhere else: with it one can prove later that nothing was cut off the end. The tables ' +
      'that history is read from are checked, too; where they do not agree with the rows they are made anew from them.',
    examples: [['Check it', '$0 journal verify']],
  });

  json = Option.Boolean('--json', false, { description: 'Print JSON' });

  async execute(): Promise<number> {
    const result = await this.withClient(({ journal }) => journal.verify());
    if (this.json) this.context.terminal.write(`${jsonText(result)}\n`);
    if (!result.ok) throw wrongRow(result.firstBad);
    if (result.history !== null) throw wrongHistory(result.history);
    if (!(this.json || this.quiet)) this.context.terminal.write(`ok: ${summary(result)}\n`);
    return 0;
  }
}

function summary({ rows, anchor, head }: VerifyResult): string {
  const pruned = anchor === 0 ? '' : ` (those up to ${anchor} were pruned)`;
  return `${rows} rows${pruned}, head ${head ?? 'none'}`;
}

function wrongHistory({ wrong, first, rebuilt }: NonNullable<VerifyResult['history']>): AptOstreeError {
  const others = wrong > 1 ? ` and ${wrong - 1} more` : '';
  const now = rebuilt ? 'it was made anew from the events, which are whole' : 'the events are whole';
  return new AptOstreeError('journal-broken', `cannot trust the history: ${first}${others}; ${now}`);
}

function wrongRow(row: { readonly seq: number; readonly reason: string } | null): AptOstreeError {
  const where = row === null ? 'it does not say where' : `row ${row.seq}: ${row.reason}`;
  return new AptOstreeError('journal-broken', `cannot trust the journal: ${where}`);
}
