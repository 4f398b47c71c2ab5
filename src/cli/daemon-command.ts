// What every command that talks to the daemon has in common: where it is, and which sysroot is meant.

import { resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import type { Client } from '../client/client.js';
import { commandLineText } from './command-line.js';
import { type CliContext, siblingProgram } from './context.js';
import { LeftByUser } from './left.js';

export abstract class DaemonCommand extends Command<CliContext> {
  sysroot = Option.String('--sysroot', { description: 'Work on the sysroot at PATH (default: /)' });
  peer = Option.Boolean('--peer', false, {
    description: 'Run a private daemon for this command, without D-Bus and polkit (root only)',
  });
  quiet = Option.Boolean('-q,--quiet', false, { description: 'Print errors and results only' });

  /** Connects, works, and disconnects however the work ends. */
  async withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await (this.peer ? this.connectToPrivate() : this.connect());
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  private async connect(): Promise<Client> {
    const { context } = this;
    return context.connect({
      sysroot: this.sysroot === undefined ? null : resolve(this.sysroot),
      peer: this.peer,
      clientId: context.env['APT_OSTREE_CLIENT_ID'] ?? 'cli',
      commandLine: commandLineText(context.argv),
      daemonProgram: siblingProgram(context, 'apt-ostreed'),
    });
  }

  /**
   * A private daemon is a process of ours: dying of Ctrl-C before we are connected would leave it behind. So the first
   * Ctrl-C waits for the connection and closes it; the second one leaves all the same.
   */
  private async connectToPrivate(): Promise<Client> {
    const { interrupts, errors } = this.context;
    let pressed = 0;
    let leave: (reason: LeftByUser) => void = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = reject;
    });
    const stop = interrupts.subscribe(() => {
      pressed += 1;
      if (pressed > 1) leave(new LeftByUser());
      else errors.write('Awaiting the private daemon; press Ctrl-C again to leave it alone...\n');
    });
    try {
      const client = await Promise.race([this.connect(), left]);
      if (pressed === 0) return client;
      await client.close();
      throw new LeftByUser();
    } finally {
      stop();
    }
  }
}
