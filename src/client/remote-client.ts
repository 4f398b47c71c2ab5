// The client over a connection to the daemon.

import { realpath } from 'node:fs/promises';
import { OS, SYSROOT, SYSROOT_PATH, transactionOfAddress, transactionOfPath } from '../dbus/names.js';
import { varDict, type WireValue } from '../dbus/wire/value.js';
import { AptOstreeError } from '../model/errors.js';
import type { Client, ClientRequest, Status, TransactionHandle } from './client.js';
import { type Daemon, isVarDict } from './daemon.js';
import { RemoteJournal } from './remote-journal.js';
import { methodCall } from './requests.js';
import { statusOf } from './status.js';
import { RemoteTransaction } from './transaction-handle.js';
import { textProperty, textResult, unreadable } from './values.js';

export interface Identity {
  readonly clientId: string;
  readonly commandLine: string;
}

export class RemoteClient implements Client {
  readonly journal: RemoteJournal;
  private readonly daemon: Daemon;
  private readonly identity: Identity;
  private readonly end: () => Promise<void>;
  private registered: Promise<void> | null = null;

  /** END is called after the connection has been closed. */
  constructor(daemon: Daemon, identity: Identity, end: () => Promise<void>) {
    this.daemon = daemon;
    this.identity = identity;
    this.end = end;
    this.journal = new RemoteJournal(daemon, () => this.register());
  }

  async status(): Promise<Status> {
    return statusOf(await this.daemon.properties(SYSROOT_PATH, SYSROOT));
  }

  /** @throws invalid-sysroot when the daemon serves another one */
  async expectSysroot(wanted: string): Promise<void> {
    const { path } = await this.status();
    const [ours, theirs] = await Promise.all([resolved(wanted), resolved(path)]);
    if (ours !== theirs)
      throw new AptOstreeError('invalid-sysroot', `cannot use ${wanted}: apt-ostreed on this bus serves ${path}`);
  }

  async begin(request: ClientRequest): Promise<TransactionHandle> {
    const [found] = await Promise.all([this.sysroot('GetOS', 's', [request.stateroot ?? '']), this.register()]);
    const os = textResult(found);
    const address = textResult(await this.daemon.call(methodCall(os, request, this.identity.commandLine)));
    return RemoteTransaction.attach(this.daemon, transactionOfAddress(address));
  }

  async kernelArguments(of: { readonly stateroot: string | null; readonly deployment: string }): Promise<string> {
    const path = textResult(await this.sysroot('GetOS', 's', [of.stateroot ?? '']));
    const body = [of.deployment, true];
    const call = { path, interface: OS, member: 'GetDeploymentBootConfig', signature: 'sb', body };
    const [config] = await this.daemon.call(call);
    if (!isVarDict(config)) throw unreadable('a boot entry');
    return textProperty(config, 'options');
  }

  async active(): Promise<TransactionHandle | null> {
    await this.register();
    const { transaction } = await this.status();
    const id = transaction === null ? null : transactionOfPath(transaction[2]);
    return id === null ? null : RemoteTransaction.attach(this.daemon, id);
  }

  async transaction(id: string): Promise<TransactionHandle> {
    await this.register();
    return RemoteTransaction.attach(this.daemon, id);
  }

  async reload(): Promise<void> {
    await this.sysroot('ReloadConfig', '', []);
  }

  async close(): Promise<void> {
    this.daemon.connection.close();
    await this.end();
  }

  /** Tells who we are, once, before anything that the journal keeps. */
  private register(): Promise<void> {
    this.registered ??= this.sysroot('RegisterClient', 'a{sv}', [
      varDict({
        id: ['s', this.identity.clientId],
        'initiating-command-line': ['s', this.identity.commandLine],
      }),
    ]).then(() => undefined);
    return this.registered;
  }

  private async sysroot(member: string, signature: string, body: readonly WireValue[]) {
    return this.daemon.call({ path: SYSROOT_PATH, interface: SYSROOT, member, signature, body });
  }
}

/** A path that does not exist stands for itself. */
async function resolved(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
