// apt-ostree rebase: follow another branch.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { UpdateCommand } from '../update-command.js';

export class RebaseCommand extends UpdateCommand {
  static override paths = [['rebase']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Follow another branch from now on, with the layered packages on its newest base',
    details: "REFSPEC is REMOTE:BRANCH, or just BRANCH for one of the sysroot's own repo.",
    examples: [['Follow the next release', '$0 rebase vendor:debian/13/amd64/minimal']],
  });

  override unchangedExit77 = Option.Boolean('--unchanged-exit-77', false, {
    description: 'Exit with status 77 when nothing changed',
  });
  refspec = Option.String({ name: 'REFSPEC', required: true });

  request(): ClientRequest {
    return { kind: 'rebase', refspec: this.refspec, ...this.updateOptions() };
  }
}
