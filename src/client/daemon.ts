// apt-ostreed at the other end of a connection: calls to it, its signals, its going away.

import { BUS_NAME, DBUS, DBUS_PATH, PROPERTIES } from '../dbus/names.js';
import { FLAG, type Message } from '../dbus/wire/message.js';
import { type VarDict, Variant, type WireValue } from '../dbus/wire/value.js';
import { AptOstreeError } from '../model/errors.js';
import { remoteError } from './remote-error.js';
import type { WireConnection } from './wire-connection.js';

export interface MethodCall {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: readonly WireValue[];
}

export class Daemon {
  readonly connection: WireConnection;
  /** Its bus name; null on a private connection. */
  private readonly destination: string | null;
  /** Its unique name, told by the bus with each reply: anybody may send signals that look like the daemon's. */
  private owner: string | null = null;

  constructor(connection: WireConnection, destination: string | null) {
    this.connection = connection;
    this.destination = destination;
  }

  /** Must come first on a bus. */
  async hello(): Promise<void> {
    await this.callBus('Hello', '', []);
  }

  /** @throws what the daemon answers; daemon-unreachable */
  async call(method: MethodCall): Promise<readonly WireValue[]> {
    // somebody at a terminal can be asked to authenticate
    const flags = FLAG.allowInteractiveAuthorization;
    const reply = await this.connection.call({ ...method, destination: this.destination, flags });
    if (this.destination !== null && reply.sender !== DBUS) this.owner = reply.sender;
    return body(reply);
  }

  async properties(path: string, name: string): Promise<VarDict> {
    const method = { path, interface: PROPERTIES, member: 'GetAll', signature: 's', body: [name] };
    const [values] = await this.call(method);
    if (!isVarDict(values)) throw new AptOstreeError('internal', `internal error: ${path} has no readable properties`);
    return values;
  }

  /** Hears the signals of one object, once anything has been called; those sent after this call are not missed. */
  subscribe(path: string, listener: (signal: Message) => void): () => void {
    const forget = this.match(`type='signal',sender='${BUS_NAME}',path='${path}'`);
    const stop = this.connection.onSignal((signal) => {
      if (signal.path === path && signal.sender === this.owner) listener(signal);
    });
    return () => {
      stop();
      forget();
    };
  }

  /** Hears once that the daemon has gone, until the function given back is called. */
  onGone(listener: () => void): () => void {
    const stopLost = this.connection.onLost(listener);
    const forget = this.match(`type='signal',sender='${DBUS}',member='NameOwnerChanged',arg0='${BUS_NAME}',arg2=''`);
    const stopSignal = this.connection.onSignal(({ sender, member, body: [name, , owner] }) => {
      if (sender === DBUS && member === 'NameOwnerChanged' && name === BUS_NAME && owner === '') listener();
    });
    return () => {
      stopLost();
      stopSignal();
      forget();
    };
  }

  /** A private connection sends all its signals anyway. */
  private match(rule: string): () => void {
    if (this.destination === null) return () => undefined;
    this.callBusWithoutWaiting('AddMatch', rule);
    return () => this.callBusWithoutWaiting('RemoveMatch', rule);
  }

  private async callBus(member: string, signature: string, values: readonly WireValue[]): Promise<void> {
    const parts = { path: DBUS_PATH, interface: DBUS, member, destination: DBUS };
    body(await this.connection.call({ ...parts, signature, body: values }));
  }

  private callBusWithoutWaiting(member: string, rule: string): void {
    if (this.connection.isLost) return;
    // a connection that ends is reported to whoever waits for something of the daemon
    this.callBus(member, 's', [rule]).catch(() => undefined);
  }
}

function body(reply: Message): readonly WireValue[] {
  if (reply.type !== 'error') return reply.body;
  const [text] = reply.body;
  throw remoteError(reply.errorName ?? '', typeof text === 'string' ? text : '');
}

export function isVarDict(value: WireValue | undefined): value is VarDict {
  return value instanceof Map && [...value].every(([key, item]) => typeof key === 'string' && item instanceof Variant);
}
