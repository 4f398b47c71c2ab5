// What every command that changes something has in common: a request, a transaction followed to its end, a result.

import { Option } from 'clipanion';
import type { Client, ClientRequest, Status, TransactionHandle, TransactionProperties } from '../client/client.js';
import { ERRORS } from '../model/errors.js';
import { parseRequest } from '../model/request.js';
import { DaemonCommand } from './daemon-command.js';
import { follow } from './follow.js';
import { defaultLayer, type Layer, layerOf } from './layer.js';
import { STATUS_LEFT } from './left.js';
import { printable } from './render/printable.js';
import { resultLines } from './render/result.js';
import { screenOn } from './screen.js';

export abstract class OperationCommand extends DaemonCommand {
  stateroot = Option.String('--stateroot', { description: 'Work on the stateroot NAME (default: the booted one)' });
  /** rpm-ostree's name of it before. */
  osname = Option.String('--os', { hidden: true });
  reboot = false;
  unchangedExit77 = false;

  /** @throws invalid-argument */
  abstract request(): ClientRequest;

  /** Adds what only the daemon knows. */
  protected async completed(request: ClientRequest, _client: Client): Promise<ClientRequest> {
    return request;
  }

  async execute(): Promise<number> {
    const stated = this.request();
    checkRequest(stated);
    return this.withClient(async (client) => {
      const request = await this.completed(stated, client);
      const before = await client.status();
      const handle = await client.begin(request);
      const end = await this.followToEnd(handle);
      if (end === 'left') return this.leave(handle);
      const properties = await handle.properties();
      if (!this.quiet) await this.printResult({ client, request, before, properties });
      return this.statusOf(properties);
    });
  }

  protected statusOf({ unchanged }: TransactionProperties): number {
    return unchanged !== null && this.unchangedExit77 ? ERRORS.unchanged.exit : 0;
  }

  protected chosenStateroot(): string | null {
    return this.stateroot ?? this.osname ?? null;
  }

  private async followToEnd(handle: TransactionHandle): Promise<'finished' | 'left'> {
    const { terminal, interrupts, now } = this.context;
    const screen = screenOn(terminal, { quiet: this.quiet, now });
    return follow({ handle, screen, interrupts });
  }

  /** Said on stderr and even when quiet: the transaction is not over. */
  private leave({ id }: TransactionHandle): number {
    const fate = this.peer ? 'the next command with --peer ends it' : 'it is being cancelled';
    this.context.errors.write(`warning: left transaction ${id}: ${fate}; see 'apt-ostree journal show ${id}'\n`);
    return STATUS_LEFT;
  }

  private async printResult(run: {
    readonly client: Client;
    readonly request: ClientRequest;
    readonly before: Status;
    readonly properties: TransactionProperties;
  }): Promise<void> {
    const { client, request, before, properties } = run;
    const layer = properties.report.resolution === undefined ? null : layerOf(properties.report.resolution);
    const oldLayer: Layer | null = layer === null ? null : await defaultLayer(client, before, this.chosenStateroot());
    const lines = resultLines({
      request,
      properties,
      oldLayer,
      layer,
      isBooted: before.deployments.some((d) => d.booted),
    });
    for (const line of lines) this.context.terminal.write(`${printable(line)}\n`);
  }
}

/** The daemon's own check, made here as well: a wrong request is refused before anything is connected to. */
function checkRequest(request: ClientRequest): void {
  parseRequest({ ...request, stateroot: request.stateroot ?? 'any' });
}
