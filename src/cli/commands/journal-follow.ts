// apt-ostree journal follow: events as they are written.

import { Command, Option } from 'clipanion';
import { DaemonCommand } from '../daemon-command.js';
import type { EventRow } from '../journal-rows.js';
import { STATUS_LEFT } from '../left.js';
import { planBook } from '../plan-book.js';
import { eventLine } from '../render/event-line.js';
import { jsonText } from '../render/printable.js';
import { uidOf, userNames } from '../user-names.js';

export class JournalFollowCommand extends DaemonCommand {
  static override paths = [['journal', 'follow']];
  static override usage = Command.Usage({
    category: 'Journal',
    description: 'Print events as they are written, until Ctrl-C',
    examples: [['Into another program', '$0 journal follow --json | jq .type']],
  });

  uid = Option.String('--uid', { description: 'Only what USER asked for, by name or number' });
  transaction = Option.String('--transaction', { description: 'Only of transactions whose id begins with ID' });
  json = Option.Boolean('--json', false, { description: 'Print one JSON object a line' });

  async execute(): Promise<number> {
    const uid = this.uid === undefined ? null : uidOf(this.uid);
    const isWanted = (row: EventRow) =>
      (uid === null || row.uid === uid) && row.transaction.startsWith(this.transaction ?? '');
    return this.withClient(async ({ journal }) => {
      const planFor = planBook(journal);
      const nameOf = userNames();
      const show = async (row: EventRow) => {
        if (!isWanted(row)) return;
        const line = this.json ? jsonText(row) : eventLine(row, { plan: await planFor(row), nameOf });
        this.context.terminal.write(`${line}\n`);
      };
      return this.untilLeft(journal.follow()[Symbol.asyncIterator](), show);
    });
  }

  /** Ends at Ctrl-C, or when nobody reads the output any more. */
  private async untilLeft(rows: AsyncIterator<EventRow>, show: (row: EventRow) => Promise<void>): Promise<number> {
    const { interrupts, outputClosed } = this.context;
    let leave: (status: number) => void = () => {};
    const left = new Promise<number>((resolve) => {
      leave = resolve;
    });
    const stop = interrupts.subscribe(() => leave(STATUS_LEFT));
    outputClosed.addEventListener('abort', () => leave(0));
    if (outputClosed.aborted) leave(0);
    try {
      while (true) {
        const next = await Promise.race([rows.next(), left]);
        if (typeof next === 'number') return next;
        if (next.done === true) return 0;
        await show(next.value);
      }
    } finally {
      stop();
      void rows.return?.().catch(() => {});
    }
  }
}
