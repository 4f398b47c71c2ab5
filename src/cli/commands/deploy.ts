// apt-ostree deploy: make a named commit the base.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { OperationCommand } from '../operation-command.js';

export class DeployCommand extends OperationCommand {
  static override paths = [['deploy']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Deploy a named commit of the base, with the layered packages on it',
    details: 'REVISION is a commit checksum, revision=CHECKSUM, version=VERSION, or just a version.',
    examples: [
      ['Deploy a version', '$0 deploy version=12.7'],
      ['Deploy a commit and reboot into it', '$0 deploy --reboot 0f3a…'],
    ],
  });

  override reboot = Option.Boolean('-r,--reboot', false, { description: 'Reboot when the deployment is ready' });
  lockFinalization = Option.Boolean('--lock-finalization', false, {
    description: 'Do not let the next reboot apply the deployment before it is unlocked',
  });
  cacheOnly = Option.Boolean('-C,--cache-only', false, { description: 'Use only what is on this machine already' });
  override unchangedExit77 = Option.Boolean('--unchanged-exit-77', false, {
    description: 'Exit with status 77 when nothing changed',
  });
  revision = Option.String({ name: 'REVISION', required: true });

  request(): ClientRequest {
    return {
      kind: 'deploy',
      stateroot: this.chosenStateroot(),
      revision: this.revision,
      cacheOnly: this.cacheOnly,
      lockFinalization: this.lockFinalization,
      reboot: this.reboot,
    };
  }
}
