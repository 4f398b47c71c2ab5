// apt-ostree unpin: let a pinned deployment go.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { OperationCommand } from '../operation-command.js';

export class UnpinCommand extends OperationCommand {
  static override paths = [['unpin']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Let a pinned deployment be removed again when its time has come',
    details: 'INDEX counts the deployments in the order of status, from 0; the id of a deployment does as well.',
    examples: [['Give it up again', '$0 unpin 2']],
  });

  index = Option.String({ name: 'INDEX', required: true });

  request(): ClientRequest {
    return { kind: 'pin', stateroot: this.chosenStateroot(), deployment: this.index, pinned: false };
  }
}
