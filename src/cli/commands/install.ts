// apt-ostree install: layer packages on the base.

import { Command, Option } from 'clipanion';
import type { ClientRequest } from '../../client/client.js';
import { PackageCommand } from '../package-command.js';

export class InstallCommand extends PackageCommand {
  static override paths = [['install'], ['pkg-add']];
  static override usage = Command.Usage({
    category: 'Packages',
    description: 'Layer packages on the base; the new deployment is used from the next boot on',
    details:
      'A PACKAGE is the name of a package that apt finds in the sources of the deployment, or the path of a .deb file. ' +
      'The request is kept: later deployments have the package as well, until it is uninstalled.',
    examples: [
      ['Layer htop', '$0 install htop'],
      ['Layer a file and drop another request in the same transaction', '$0 install ./tool.deb --uninstall htop'],
      ['See the impact first', '$0 install --dry-run postgresql'],
    ],
  });

  uninstall = Option.Array('--uninstall', [], { description: 'Drop the request for PACKAGE as well' });
  packages = Option.Rest({ name: 'PACKAGE', required: 1 });

  request(): ClientRequest {
    return this.packageRequest({
      kind: 'install',
      install: this.packages,
      remove: this.uninstall,
      removeAll: false,
    });
  }
}
