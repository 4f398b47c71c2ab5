// The few answers of a message bus that clients ask for on a private connection: gdbus and busctl begin with Hello.

import { randomBytes } from 'node:crypto';
import { AptOstreeError } from '../model/errors.js';
import { Fault } from './fault.js';
import { BUS_NAME, DBUS } from './names.js';
import type { Answer } from './standard-methods.js';
import type { Message } from './wire/message.js';

/** Our unique name and the client's, on each private connection. */
export const SERVER_NAME = ':1.0';
export const CLIENT_NAME = ':1.1';

const ID = randomBytes(16).toString('hex');
const NAMES: Readonly<Record<string, string>> = { [DBUS]: DBUS, [BUS_NAME]: SERVER_NAME, [SERVER_NAME]: SERVER_NAME };

/** @throws Fault */
export function answerAsBus(call: Message): Answer {
  const [name] = call.body;
  switch (call.member) {
    case 'Hello':
      return text(CLIENT_NAME);
    // every signal is sent anyway
    case 'AddMatch':
    case 'RemoveMatch':
      return { signature: '', body: [] };
    case 'GetNameOwner':
      return text(ownerOf(name));
    case 'NameHasOwner':
      return { signature: 'b', body: [typeof name === 'string' && Object.hasOwn(NAMES, name)] };
    case 'StartServiceByName': {
      const ALREADY_RUNNING = 2;
      ownerOf(name);
      return { signature: 'u', body: [ALREADY_RUNNING] };
    }
    case 'ListNames':
      return { signature: 'as', body: [[...Object.keys(NAMES), CLIENT_NAME]] };
    case 'ListActivatableNames':
      return { signature: 'as', body: [[DBUS]] };
    case 'GetId':
      return text(ID);
    default:
      throw new Fault('UnknownMethod', `cannot call ${call.member}: this is a private connection, not a bus`);
  }
}

function ownerOf(name: unknown): string {
  if (typeof name !== 'string') throw new AptOstreeError('invalid-argument', 'cannot look up a name that is no string');
  const owner = name === CLIENT_NAME ? CLIENT_NAME : Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (owner === undefined) throw new Fault('NameHasNoOwner', `cannot find an owner of ${name}`);
  return owner;
}

function text(value: string): Answer {
  return { signature: 's', body: [value] };
}
