// apt-ostree initramfs: show or change whether an initramfs is made on this machine.

import { Command, Option } from 'clipanion';
import type { ClientRequest, DeploymentStatus } from '../../client/client.js';
import { AptOstreeError } from '../../model/errors.js';
import { OperationCommand } from '../operation-command.js';

export class InitramfsCommand extends OperationCommand {
  static override paths = [['initramfs']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Make the initramfs on this machine, or use the one of the base',
    details:
      'Without --enable or --disable, the present state is printed. An initramfs that is made here is made anew for each ' +
      "deployment, by the tree's own dracut, with the files of this machine's /etc.",
    examples: [
      ['Put a file of this machine into it', '$0 initramfs --enable --arg=-I --arg=/etc/crypttab'],
      ["Go back to the base's", '$0 initramfs --disable'],
    ],
  });

  enable = Option.Boolean('--enable', false, { description: 'Make the initramfs on this machine' });
  disable = Option.Boolean('--disable', false, { description: 'Use the initramfs of the base' });
  arg = Option.Array('--arg', [], { description: 'Give ARGUMENT to dracut; with --enable' });
  lockFinalization = Option.Boolean('--lock-finalization', false, {
    description: 'Do not let the next reboot apply the deployment before it is unlocked',
  });
  override reboot = Option.Boolean('-r,--reboot', false, { description: 'Reboot when the deployment is ready' });

  override async execute(): Promise<number> {
    if (this.enable && this.disable) throw refused('--enable and --disable exclude each other');
    if (this.arg.length > 0 && !this.enable) throw refused('--arg needs --enable');
    return this.enable || this.disable ? super.execute() : this.show();
  }

  request(): ClientRequest {
    return {
      kind: 'initramfs',
      stateroot: this.chosenStateroot(),
      regenerate: this.enable,
      args: this.arg,
      lockFinalization: this.lockFinalization,
      reboot: this.reboot,
    };
  }

  private async show(): Promise<number> {
    return this.withClient(async (client) => {
      const deployment = defaultDeployment((await client.status()).deployments, this.chosenStateroot());
      const args = deployment?.['initramfs-args'] ?? [];
      const state = deployment?.['regenerate-initramfs'] === true ? 'enabled' : 'disabled';
      this.context.terminal.write(`Initramfs regeneration: ${state}\n`);
      if (args.length > 0) this.context.terminal.write(`Initramfs args: ${args.join(' ')}\n`);
      return 0;
    });
  }
}

/** The one that boots next, of the stateroot or else of the booted or first one. */
function defaultDeployment(all: readonly DeploymentStatus[], stateroot: string | null): DeploymentStatus | undefined {
  const wanted = stateroot ?? (all.find((each) => each.booted) ?? all[0])?.osname;
  return all.find((each) => each.osname === wanted);
}

function refused(why: string): AptOstreeError {
  return new AptOstreeError('invalid-argument', `cannot change the initramfs: ${why}`);
}
