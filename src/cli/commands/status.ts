// apt-ostree status: the deployments and what is going on.

import { Command, Option } from 'clipanion';
import type { Client, Status } from '../../client/client.js';
import { AptOstreeError, ERRORS } from '../../model/errors.js';
import { DaemonCommand } from '../daemon-command.js';
import { queryJsonPath } from '../json-path.js';
import { jsonText } from '../render/printable.js';
import { statusLines } from '../render/status.js';
import { statusJson } from '../render/status-json.js';

export class StatusCommand extends DaemonCommand {
  static override paths = [['status']];
  static override usage = Command.Usage({
    category: 'Deployments',
    description: 'Show the deployments and the running transaction',
    details: 'The deployments are in boot order: the first one boots next. ● marks the one that is running.',
    examples: [
      ['For a script', '$0 status --json'],
      ['One value of it', "$0 status --jsonpath '$.deployments[0].checksum'"],
    ],
  });

  verbose = Option.Boolean('-v,--verbose', false, { description: 'Show more of each deployment' });
  booted = Option.Boolean('-b,--booted', false, { description: 'Show the booted deployment only' });
  json = Option.Boolean('--json', false, { description: 'Print JSON' });
  jsonpath = Option.String('-J,--jsonpath', {
    description: 'Print the list of values that a JSONPath finds in the JSON',
  });
  pendingExit77 = Option.Boolean('--pending-exit-77', false, {
    description: 'Exit with status 77 when a pending deployment waits for a reboot',
  });

  async execute(): Promise<number> {
    if (this.json && this.jsonpath !== undefined)
      throw new AptOstreeError('invalid-argument', 'cannot show the status: --json and --jsonpath exclude each other');
    return this.withClient(async (client) => {
      const status = await client.status();
      this.context.terminal.write(await this.rendered(client, status));
      return this.pendingExit77 && hasPending(status) ? ERRORS.unchanged.exit : 0;
    });
  }

  private async rendered(client: Client, status: Status): Promise<string> {
    const document = statusJson(status, { bootedOnly: this.booted });
    if (this.json) return `${jsonText(document, 2)}\n`;
    if (this.jsonpath !== undefined) return `${jsonText(queryJsonPath(this.jsonpath, document), 2)}\n`;
    const { terminal } = this.context;
    const lines = statusLines({
      status,
      active: status.transaction === null ? null : await activeTransaction(client),
      verbose: this.verbose,
      bootedOnly: this.booted,
      columns: terminal.isTTY ? terminal.columns() : null,
      style: terminal.style,
    });
    return `${lines.join('\n')}\n`;
  }
}

/** Null when it has ended since the status was read. */
async function activeTransaction(client: Client) {
  const handle = await client.active();
  if (handle === null) return null;
  return { title: handle.title, initiator: (await handle.properties()).initiatingClient };
}

/** One that boots before the running one. */
function hasPending({ deployments }: Status): boolean {
  return deployments.findIndex((each) => each.booted) > 0;
}
