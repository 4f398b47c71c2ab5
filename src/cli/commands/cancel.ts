// apt-ostree cancel: end the active transaction.

import { Command } from 'clipanion';
import { AptOstreeError } from '../../model/errors.js';
import { cancelAndAwait } from '../cancel-transaction.js';
import { DaemonCommand } from '../daemon-command.js';

export class CancelCommand extends DaemonCommand {
  static override paths = [['cancel']];
  static override usage = Command.Usage({
    category: 'System',
    description: 'Cancel the active transaction: what it did is taken back',
    examples: [['Cancel whatever runs', '$0 cancel']],
  });

  async execute(): Promise<number> {
    return this.withClient(async (client) => {
      const active = await client.active();
      if (active === null) return this.say('No active transaction.');
      this.say(`Cancelling transaction: ${active.title}`);
      const finished = await cancelAndAwait(active);
      if (finished.code === 'cancelled') return this.say('Cancelled.');
      const end = finished.ok ? 'it had finished before' : `it ended otherwise: ${finished.message}`;
      throw new AptOstreeError('wrong-state', `cannot cancel ${active.title}: ${end}`);
    });
  }

  private say(line: string): number {
    if (!this.quiet) this.context.terminal.write(`${line}\n`);
    return 0;
  }
}
