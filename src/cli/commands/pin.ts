// apt-ostree pin: keep a deployment.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { OperationCommand } from '../operation-command.js';

export class PinCommand extends OperationCommand {
  static override paths = [['pin']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Keep a deployment: no clean-up removes it until it is unpinned',
    details: 'INDEX counts the deployments in the order of status, from 0; the id of a deployment does as well.',
    examples: [['Keep the deployment that can be rolled back to', '$0 pin 1']],
  });

  index = Option.String({ name: 'INDEX', required: true });

  request(): ClientRequest {
    return { kind: 'pin', stateroot: this.chosenStateroot(), deployment: this.index, pinned: true };
  }
}
