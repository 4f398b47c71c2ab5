// apt-ostree kargs: show or change kernel arguments.

import { readFileSync } from 'node:fs';
import { Command, Option } from 'clipanion';
import type { Client, ClientRequest } from '../../client/client.js';
import { AptOstreeError } from '../../model/errors.js';
import { ownKernelArguments } from '../../model/kernel-arguments.js';
import { OperationCommand } from '../operation-command.js';

const RUNNING = '/proc/cmdline';

export class KargsCommand extends OperationCommand {
  static override paths = [['kargs']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Show or change the kernel arguments of the next deployment',
    details:
      'Without an option that changes something, the arguments are printed. A change makes a new deployment of the same ' +
      'commit. The changes are applied in this order: delete, replace, append, append-if-missing, delete-if-present.',
    examples: [
      ['Add one', '$0 kargs --append=mitigations=off'],
      ['Change one of several of the same key', '$0 kargs --replace=console=tty0=ttyS0'],
    ],
  });

  append = Option.Array('--append', [], { description: 'Append an argument, also when it is there already' });
  appendIfMissing = Option.Array('--append-if-missing', [], { description: 'Append an argument unless it is there' });
  replace = Option.Array('--replace', [], {
    description: 'Give a key another value; KEY=OLD=NEW where it has several',
  });
  delete = Option.Array('--delete', [], { description: 'Remove an argument; KEY alone where it has one value' });
  deleteIfPresent = Option.Array('--delete-if-present', [], { description: 'Remove an argument if it is there' });
  deployIndex = Option.String('--deploy-index', {
    description: 'Start from the arguments of another deployment; 0 is the one that boots next',
  });
  importProcCmdline = Option.Boolean('--import-proc-cmdline', false, {
    description: 'Start from the arguments of the running kernel',
  });
  override unchangedExit77 = Option.Boolean('--unchanged-exit-77', false, {
    description: 'Exit with status 77 when nothing changed',
  });
  lockFinalization = Option.Boolean('--lock-finalization', false, {
    description: 'Do not let the next reboot apply the deployment before it is unlocked',
  });
  override reboot = Option.Boolean('--reboot', false, { description: 'Reboot when the deployment is ready' });

  override async execute(): Promise<number> {
    if (this.importProcCmdline && this.deployIndex !== undefined)
      throw new AptOstreeError(
        'invalid-argument',
        'cannot change the kernel arguments: --import-proc-cmdline and --deploy-index exclude each other',
      );
    return this.changes().length === 0 ? this.show() : super.execute();
  }

  request(): ClientRequest {
    return {
      kind: 'kargs',
      stateroot: this.chosenStateroot(),
      existing: null,
      append: this.append,
      replace: this.replace,
      delete: this.delete,
      appendIfMissing: this.appendIfMissing,
      deleteIfPresent: this.deleteIfPresent,
      lockFinalization: this.lockFinalization,
      reboot: this.reboot,
    };
  }

  /** Nothing is stated for the default deployment: what it has then is told from its entry when the change is made. */
  protected override async completed(request: ClientRequest, client: Client): Promise<ClientRequest> {
    if (this.deployIndex === undefined && !this.importProcCmdline) return request;
    return { ...request, existing: await this.line(client) } as ClientRequest;
  }

  private changes(): readonly string[] {
    return [this.append, this.appendIfMissing, this.replace, this.delete, this.deleteIfPresent].flat();
  }

  private async show(): Promise<number> {
    return this.withClient(async (client) => {
      this.context.terminal.write(`${await this.line(client)}\n`);
      return 0;
    });
  }

  private async line(client: Client): Promise<string> {
    if (this.importProcCmdline) return ownKernelArguments(readFileSync(RUNNING, 'utf8')).join(' ');
    return client.kernelArguments({ stateroot: this.chosenStateroot(), deployment: this.deployIndex ?? '' });
  }
}
