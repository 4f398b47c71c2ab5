// What upgrade and rebase have in common: both bring another base, with the layered packages on it.

import { Option } from 'clipanion';
import { OperationCommand } from './operation-command.js';

export abstract class UpdateCommand extends OperationCommand {
  override reboot = Option.Boolean('-r,--reboot', false, { description: 'Reboot when the deployment is ready' });
  lockFinalization = Option.Boolean('--lock-finalization', false, {
    description: 'Do not let the next reboot apply the deployment before it is unlocked',
  });
  cacheOnly = Option.Boolean('-C,--cache-only', false, { description: 'Use only what is on this machine already' });
  downloadOnly = Option.Boolean('--download-only', false, { description: 'Download base and packages and stop' });

  protected updateOptions() {
    const { cacheOnly, downloadOnly, lockFinalization, reboot } = this;
    return { stateroot: this.chosenStateroot(), cacheOnly, downloadOnly, lockFinalization, reboot } as const;
  }
}
