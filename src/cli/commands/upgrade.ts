// apt-ostree upgrade: the newest base, with the layered packages on it.

import { Command, Option } from 'clipanion';
import type { ClientRequest, TransactionProperties } from '../../client/client.js';
import { ERRORS } from '../../model/errors.js';
import { UpdateCommand } from '../update-command.js';

export class UpgradeCommand extends UpdateCommand {
  static override paths = [['upgrade'], ['update']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Take the newest base of the branch that is followed, with the layered packages on it',
    details: 'Commits of a remote must be signed by one of its keys, unless the remote says otherwise.',
    examples: [
      ['See whether there is something', '$0 upgrade --check'],
      ['Upgrade and reboot', '$0 upgrade --reboot'],
    ],
  });

  check = Option.Boolean('--check', false, {
    description: 'Only tell whether there is an update; exit with status 77 when there is none',
  });
  preview = Option.Boolean('--preview', false, { description: 'As --check, and show the packages that would change' });
  allowDowngrade = Option.Boolean('--allow-downgrade', false, {
    description: 'Take a base that is older than the present one, too',
  });
  override unchangedExit77 = Option.Boolean('--unchanged-exit-77', false, {
    description: 'Exit with status 77 when nothing changed',
  });

  request(): ClientRequest {
    const { allowDowngrade } = this;
    return { kind: 'upgrade', check: this.check || this.preview, allowDowngrade, ...this.updateOptions() };
  }

  /** A check has an answer where an upgrade has an effect. */
  protected override statusOf(properties: TransactionProperties): number {
    if (properties.unchanged !== null && (this.check || this.preview)) return ERRORS.unchanged.exit;
    return super.statusOf(properties);
  }
}
