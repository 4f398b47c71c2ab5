// apt-ostree compose: hands over to the program that builds base images.

import { Command, Option } from 'clipanion';
import type { CliContext } from '../context.js';
import { siblingProgram } from '../context.js';
import { runProgram } from '../run-program.js';

export class ComposeCommand extends Command<CliContext> {
  static override paths = [['compose']];
  static override usage = Command.Usage({
    category: 'Image building',
    description: 'Build base images and sysroots; see `apt-ostree compose --help`',
    examples: [['Compose a base commit', '$0 compose tree debian.yaml --repo repo']],
  });

  args = Option.Proxy({ name: 'ARGUMENT' });

  async execute(): Promise<number> {
    return runProgram(siblingProgram(this.context, 'apt-ostree-compose'), this.args);
  }
}
