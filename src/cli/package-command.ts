// What install and uninstall have in common: both change the list of requests and take the same options.

import { Option } from 'clipanion';
import type { ClientRequest } from '../client/client.js';
import { OperationCommand } from './operation-command.js';
import { sortPackageArguments } from './package-arguments.js';

export abstract class PackageCommand extends OperationCommand {
  override reboot = Option.Boolean('-r,--reboot', false, { description: 'Reboot when the deployment is ready' });
  dryRun = Option.Boolean('-n,--dry-run', false, {
    description: 'Show what would change and the plan; change nothing',
  });
  plan = Option.String('--plan', { description: 'Apply exactly the plan HASH that a dry run showed, or refuse' });
  allowInactive = Option.Boolean('--allow-inactive', false, {
    description: 'Keep a request that the base satisfies already',
  });
  idempotent = Option.Boolean('--idempotent', false, {
    description: 'Do nothing, instead of failing, where a request is there (or gone) already',
  });
  override unchangedExit77 = Option.Boolean('--unchanged-exit-77', false, {
    description: 'Exit with status 77 when nothing changed',
  });
  lockFinalization = Option.Boolean('--lock-finalization', false, {
    description: 'Do not let the next reboot apply the deployment before it is unlocked',
  });
  cacheOnly = Option.Boolean('-C,--cache-only', false, { description: 'Use only what is on this machine already' });
  downloadOnly = Option.Boolean('--download-only', false, { description: 'Download the packages and stop' });
  assumeYes = Option.Boolean('-y,--assumeyes', false, { description: 'Accepted for compatibility: nothing is asked' });

  /** @throws invalid-argument */
  protected packageRequest(change: {
    readonly kind: 'install' | 'uninstall';
    readonly install: readonly string[];
    readonly remove: readonly string[];
    readonly removeAll: boolean;
  }): ClientRequest {
    const { names, local } = sortPackageArguments(change.install);
    return {
      kind: change.kind,
      stateroot: this.chosenStateroot(),
      add: names,
      local,
      remove: change.remove,
      removeAll: change.removeAll,
      allowInactive: this.allowInactive,
      idempotent: this.idempotent,
      dryRun: this.dryRun,
      plan: this.plan ?? null,
      cacheOnly: this.cacheOnly,
      downloadOnly: this.downloadOnly,
      lockFinalization: this.lockFinalization,
      reboot: this.reboot,
    };
  }
}
