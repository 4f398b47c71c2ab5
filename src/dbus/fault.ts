// Errors of the D-Bus protocol itself, which no user of apt-ostree meets, and any error as an error reply.

import { AptOstreeError, ERRORS, failureOf } from '../model/errors.js';
import { type Message, message } from './wire/message.js';
import { sendable } from './wire/value.js';

type FaultName =
  | 'UnknownObject'
  | 'UnknownInterface'
  | 'UnknownMethod'
  | 'UnknownProperty'
  | 'PropertyReadOnly'
  | 'NameHasNoOwner';

/** An error with a standard D-Bus name. */
export class Fault extends Error {
  readonly dbusName: string;

  constructor(name: FaultName, text: string) {
    super(text);
    this.name = 'Fault';
    this.dbusName = `org.freedesktop.DBus.Error.${name}`;
  }
}

/** The reply to CALL that tells ERROR: a name and one line, never a stack. */
export function errorReply(call: Message, error: unknown): Message {
  const { name, text } = describe(error);
  return message({
    type: 'error',
    errorName: name,
    replySerial: call.serial,
    destination: call.sender,
    signature: 's',
    body: [sendable(text)],
  });
}

/** A bug of ours, which belongs into the log with its stack. */
export function isBug(error: unknown): boolean {
  return !(error instanceof Fault) && !(error instanceof AptOstreeError) && failureOf(error).code === 'internal';
}

function describe(error: unknown): { readonly name: string; readonly text: string } {
  if (error instanceof Fault) return { name: error.dbusName, text: error.message };
  const failure = failureOf(error);
  return { name: ERRORS[failure.code].dbus, text: failure.message };
}
