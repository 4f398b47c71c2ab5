// apt-ostree cleanup: remove what is not needed any more.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { OperationCommand } from '../operation-command.js';

export class CleanupCommand extends OperationCommand {
  static override paths = [['cleanup']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Remove pending or rollback deployments, caches, and objects that nothing uses',
    examples: [['Discard what is staged for the next boot', '$0 cleanup --pending']],
  });

  base = Option.Boolean('-b,--base', false, { description: 'Remove scratch files and cached base trees' });
  pending = Option.Boolean('-p,--pending', false, { description: 'Remove the pending deployment' });
  rollback = Option.Boolean('-r,--rollback', false, { description: 'Remove the rollback deployment' });
  metadata = Option.Boolean('-m,--repomd', false, { description: 'Remove package indexes and downloaded packages' });

  request(): ClientRequest {
    return {
      kind: 'cleanup',
      stateroot: this.chosenStateroot(),
      base: this.base,
      pending: this.pending,
      rollback: this.rollback,
      metadata: this.metadata,
    };
  }
}
