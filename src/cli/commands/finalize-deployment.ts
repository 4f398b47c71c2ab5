// apt-ostree finalize-deployment: let a locked deployment through, and reboot into it.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { AptOstreeError } from '../../model/errors.js';
import { OperationCommand } from '../operation-command.js';

export class FinalizeDeploymentCommand extends OperationCommand {
  static override paths = [['finalize-deployment']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Unlock the staged deployment and reboot into it',
    details:
      'A deployment that was made with --lock-finalization is not applied by a reboot before this. CHECKSUM is the commit ' +
      'that is expected to be staged, or its base: another one is not let through.',
    examples: [['Apply whatever is staged', '$0 finalize-deployment --allow-missing-checksum']],
  });

  allowMissingChecksum = Option.Boolean('--allow-missing-checksum', false, {
    description: 'Let through whatever is staged',
  });
  allowUnlocked = Option.Boolean('--allow-unlocked', false, {
    description: 'Do not fail where the deployment is not locked',
  });
  override reboot = Option.Boolean('--reboot', true, {
    description: 'Reboot at once, as is the default; with --no-reboot the next reboot applies it',
  });
  checksum = Option.String({ name: 'CHECKSUM', required: false });

  request(): ClientRequest {
    if (this.checksum === undefined && !this.allowMissingChecksum)
      throw new AptOstreeError(
        'invalid-argument',
        'cannot finalize the deployment: give the checksum that is expected, or --allow-missing-checksum',
      );
    return {
      kind: 'finalize',
      stateroot: this.chosenStateroot(),
      checksum: this.checksum ?? null,
      allowUnlocked: this.allowUnlocked,
      reboot: this.reboot,
    };
  }
}
