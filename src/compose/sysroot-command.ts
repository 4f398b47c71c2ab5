// `compose sysroot`: arguments into options.

import { Command, Option } from 'clipanion';
import { AptOstreeError } from '../model/errors.js';
import { type Bootloader, composeSysroot } from './compose-sysroot.js';

const BOOTLOADERS: readonly Bootloader[] = ['none', 'grub2', 'syslinux', 'auto'];

export class SysrootCommand extends Command {
  static override paths = [['sysroot']];
  static override usage = Command.Usage({
    description: 'make a directory a sysroot that boots a commit',
    examples: [
      [
        'Fill a mounted disk',
        'apt-ostree compose sysroot --repo=repo --ref=debian/12/amd64/minimal --karg=root=LABEL=root /mnt',
      ],
    ],
  });

  directory = Option.String({ name: 'PATH' });
  repo = Option.String('-r,--repo', { description: 'repo to take the commit from', required: true });
  ref = Option.String('--ref', { description: 'ref to deploy, and to follow later', required: true });
  stateroot = Option.String('--stateroot', 'debian', { description: 'name of the stateroot' });
  kargs = Option.Array('--karg', [], { description: 'kernel argument, once for each' });
  bootloader = Option.String('--bootloader', 'auto', {
    description: `who writes its configuration: ${BOOTLOADERS.join(', ')}`,
  });

  async execute(): Promise<number> {
    const bootloader = BOOTLOADERS.find((each) => each === this.bootloader);
    if (bootloader === undefined)
      throw new AptOstreeError(
        'invalid-argument',
        `cannot use ${JSON.stringify(this.bootloader)} as a boot loader: it must be ${BOOTLOADERS.join(', ')}`,
      );
    const { directory: path, repo, ref, stateroot, kargs } = this;
    const { commit, deployment } = composeSysroot({ path, repo, ref, stateroot, kargs, bootloader });
    this.context.stdout.write(deployment === null ? `No change: ${commit} is deployed\n` : `Deployed ${deployment}\n`);
    return 0;
  }
}
