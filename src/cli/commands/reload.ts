// apt-ostree reload: have the daemon read its configuration and the sysroot again.

import { Command } from 'clipanion';
import { DaemonCommand } from '../daemon-command.js';

export class ReloadCommand extends DaemonCommand {
  static override paths = [['reload']];
  static override usage = Command.Usage({
    category: 'System',
    description: 'Have the daemon read its configuration and the sysroot again',
    examples: [['After a change of /etc/apt-ostreed.conf', '$0 reload']],
  });

  async execute(): Promise<number> {
    await this.withClient((client) => client.reload());
    return 0;
  }
}
