// apt-ostree uninstall: drop layered packages.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { PackageCommand } from '../package-command.js';

export class UninstallCommand extends PackageCommand {
  static override paths = [['uninstall'], ['remove'], ['pkg-remove']];
  static override usage = Command.Usage({
    category: 'Packages',
    description: 'Drop requests for layered packages; the new deployment is used from the next boot on',
    details:
      'A PACKAGE is a request as status shows it under LayeredPackages or LocalPackages. ' +
      'Packages of the base cannot be uninstalled this way.',
    examples: [
      ['Drop htop', '$0 uninstall htop'],
      ['Go back to the bare base', '$0 uninstall --all'],
      ['Replace one request by another', '$0 uninstall vim --install neovim'],
    ],
  });

  install = Option.Array('--install', [], { description: 'Layer PACKAGE as well' });
  all = Option.Boolean('--all', false, { description: 'Drop every request' });
  packages = Option.Rest({ name: 'PACKAGE' });

  request(): ClientRequest {
    return this.packageRequest({
      kind: 'uninstall',
      install: this.install,
      remove: this.packages,
      removeAll: this.all,
    });
  }
}
