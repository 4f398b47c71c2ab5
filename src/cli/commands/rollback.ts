// apt-ostree rollback: make the previous deployment the default.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { OperationCommand } from '../operation-command.js';

export class RollbackCommand extends OperationCommand {
  static override paths = [['rollback']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Make the previous deployment the one that boots next',
    examples: [['Go back and reboot', '$0 rollback --reboot']],
  });

  override reboot = Option.Boolean('-r,--reboot', false, { description: 'Reboot afterwards' });

  request(): ClientRequest {
    return { kind: 'rollback', stateroot: this.chosenStateroot(), reboot: this.reboot };
  }
}
