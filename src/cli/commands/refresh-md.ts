// apt-ostree refresh-md: download package indexes.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { OperationCommand } from '../operation-command.js';

export class RefreshMdCommand extends OperationCommand {
  static override paths = [['refresh-md']];
  static override usage = Command.Usage({
    category: 'Packages',
    description: 'Refresh the package indexes of the sources',
    examples: [['Refresh them even when they are recent', '$0 refresh-md --force']],
  });

  force = Option.Boolean('-f,--force', false, { description: 'Refresh even when the indexes are recent' });

  request(): ClientRequest {
    return { kind: 'refresh-md', stateroot: this.chosenStateroot(), force: this.force };
  }
}
