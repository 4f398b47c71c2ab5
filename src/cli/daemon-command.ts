// What every command that talks to the daemon has in common: where it is, and which sysroot is meant.

import { resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import type { Client } from '../client/client.js';
import { commandLineText } from './command-line.js';
import { type CliContext, siblingProgram } from './context.js';

export abstract class DaemonCommand extends Command<CliContext> {
  sysroot = Option.String('--sysroot', { description: 'Work on the sysroot at PATH (default: /)' });
  peer = Option.Boolean('--peer', false, {
    description: 'Run a private daemon for this command, without D-Bus and polkit (root only)',
  });
  quiet = Option.Boolean('-q,--quiet', false, { description: 'Print errors and results only' });

  /** Connects, works, and disconnects however the work ends. */
  async withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const { context } = this;
    const client = await context.connect({
      sysroot: this.sysroot === undefined ? null : resolve(this.sysroot),
      peer: this.peer,
      clientId: context.env['APT_OSTREE_CLIENT_ID'] ?? 'cli',
      commandLine: commandLineText(context.argv),
      daemonProgram: siblingProgram(context, 'apt-ostreed'),
    });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }
}
