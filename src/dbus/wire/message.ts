// D-Bus messages as values, and their header as bytes.

import { marshal } from './marshal.js';
import { parseSignature } from './signature.js';
import { isBusName, isInterfaceName, isMemberName } from './syntax.js';
import { read, Source, unmarshal } from './unmarshal.js';
import { Variant, type WireValue } from './value.js';
import { WireError } from './wire-error.js';

export const MESSAGE_TYPE = { call: 1, return: 2, error: 3, signal: 4 } as const;
export type MessageType = keyof typeof MESSAGE_TYPE;

export const FLAG = { noReplyExpected: 1, noAutoStart: 2, allowInteractiveAuthorization: 4 } as const;

/** The specification allows 128 MiB; nothing of ours comes near this. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
export const FIXED_HEADER_BYTES = 16;

export interface Message {
  readonly type: MessageType;
  readonly flags: number;
  /** Of messages received; the sender's connection counts them. */
  readonly serial: number;
  readonly path: string | null;
  readonly interface: string | null;
  readonly member: string | null;
  readonly errorName: string | null;
  readonly replySerial: number | null;
  readonly destination: string | null;
  readonly sender: string | null;
  readonly signature: string;
  readonly body: readonly WireValue[];
}

const EMPTY: Omit<Message, 'type'> = {
  flags: 0,
  serial: 0,
  path: null,
  interface: null,
  member: null,
  errorName: null,
  replySerial: null,
  destination: null,
  sender: null,
  signature: '',
  body: [],
};

/** A message to send; what is not given is absent. */
export function message(parts: Pick<Message, 'type'> & Partial<Message>): Message {
  return { ...EMPTY, ...parts };
}

/** Length of the whole message that begins with these 16 bytes. @throws WireError, also when it is above LIMIT */
export function messageLength(start: Buffer, limit: number): number {
  const littleEndian = isLittleEndian(start);
  const [bodyBytes, fieldBytes] = littleEndian
    ? [start.readUInt32LE(4), start.readUInt32LE(12)]
    : [start.readUInt32BE(4), start.readUInt32BE(12)];
  const length = padded(FIXED_HEADER_BYTES + fieldBytes) + bodyBytes;
  if (length > limit) throw new WireError(`message of ${length} bytes is longer than ${limit}`);
  return length;
}

/** Null for a message of a type that does not exist yet, which the specification says to ignore. @throws WireError */
export function decodeMessage(bytes: Buffer): Message | null {
  const decoded = decodeHeader(bytes, true);
  if (decoded === null) return null;
  const { head, bodyAt, littleEndian } = decoded;
  const body = unmarshal(head.signature, bytes.subarray(bodyAt), littleEndian);
  return checked({ ...head, body });
}

/** A message without its body, which need not be there whole, nor of types that we read. @throws WireError */
export function decodeHead(bytes: Buffer): Message | null {
  const decoded = decodeHeader(bytes, false);
  return decoded === null ? null : checked({ ...decoded.head, signature: '' });
}

function decodeHeader(
  bytes: Buffer,
  bodyIsRead: boolean,
): { readonly head: Message; readonly bodyAt: number; readonly littleEndian: boolean } | null {
  const littleEndian = isLittleEndian(bytes);
  const [, type, flags, version] = bytes;
  if (version !== 1) throw new WireError('protocol version is not 1');
  if (type === 0) throw new WireError('message type 0 is invalid');
  const serial = littleEndian ? bytes.readUInt32LE(8) : bytes.readUInt32BE(8);
  if (serial === 0) throw new WireError('serial number 0 is invalid');
  const source = new Source(bytes, littleEndian, bodyIsRead);
  source.take(FIXED_HEADER_BYTES - 4);
  const fields = readFields(source);
  source.align(8);
  const name = typeName(type ?? 0);
  if (name === null) return null;
  return {
    head: { ...message({ type: name }), ...fields, flags: flags ?? 0, serial },
    bodyAt: source.at,
    littleEndian,
  };
}

/** @throws WireError when a value is not of its type or the message is too long */
export function encodeMessage(what: Message, serial: number): Buffer {
  const body = marshal(what.signature, what.body);
  const head = marshal('yyyyuua(yv)', [
    'l'.charCodeAt(0),
    MESSAGE_TYPE[what.type],
    what.flags,
    1,
    body.length,
    serial,
    fieldsOf(checked(what)),
  ]);
  const bytes = Buffer.alloc(padded(head.length) + body.length);
  if (bytes.length > MAX_MESSAGE_BYTES) throw new WireError(`message of ${bytes.length} bytes is too long`);
  head.copy(bytes);
  body.copy(bytes, padded(head.length));
  return bytes;
}

const FIELDS = [
  { code: 1, name: 'path', signature: 'o' },
  { code: 2, name: 'interface', signature: 's' },
  { code: 3, name: 'member', signature: 's' },
  { code: 4, name: 'errorName', signature: 's' },
  { code: 5, name: 'replySerial', signature: 'u' },
  { code: 6, name: 'destination', signature: 's' },
  { code: 7, name: 'sender', signature: 's' },
  { code: 8, name: 'signature', signature: 'g' },
] as const;

const UNIX_FDS = 9;

type Fields = Pick<Message, (typeof FIELDS)[number]['name']>;

function fieldsOf(what: Message): readonly WireValue[] {
  return FIELDS.flatMap(({ code, name, signature }) => {
    const value = what[name];
    return value === null || value === '' ? [] : [[code, new Variant(signature, value)]];
  });
}

function readFields(source: Source): Fields {
  const [type] = parseSignature('a(yv)');
  if (type === undefined) throw new WireError('header cannot be read');
  const fields: { -readonly [Name in keyof Fields]: Fields[Name] } = { ...EMPTY };
  const entries = read(source, type, 0);
  for (const entry of Array.isArray(entries) ? entries : []) setField(fields, entry);
  return fields;
}

function setField(fields: { -readonly [Name in keyof Fields]: Fields[Name] }, entry: readonly WireValue[]): void {
  const [code, variant] = entry;
  if (code === UNIX_FDS) throw new WireError('file descriptors are not accepted');
  const field = FIELDS.find((each) => each.code === code);
  if (code === 0) throw new WireError('header field 0 is invalid');
  if (field === undefined || !(variant instanceof Variant)) return;
  if (variant.signature !== field.signature) throw new WireError(`header field ${field.name} has a wrong type`);
  const { value } = variant;
  if (field.name === 'replySerial') {
    if (typeof value === 'number') fields.replySerial = value;
  } else if (typeof value === 'string') fields[field.name] = value;
}

/** What the type of a message demands of its header. */
function checked(what: Message): Message {
  const wrong = wrongField(what);
  if (wrong !== null) throw new WireError(`${what.type} message has a missing or malformed ${wrong}`);
  return what;
}

function wrongField(what: Message): string | null {
  const { type, path, member, errorName, replySerial, destination, sender } = what;
  const ofCall = type === 'call' || type === 'signal';
  if (ofCall && path === null) return 'path';
  if (member === null ? ofCall : !isMemberName(member)) return 'member';
  if (what.interface === null ? type === 'signal' : !isInterfaceName(what.interface)) return 'interface';
  if (errorName === null ? type === 'error' : !isInterfaceName(errorName)) return 'error name';
  if (!ofCall && (replySerial ?? 0) === 0) return 'reply serial';
  if (destination !== null && !isBusName(destination)) return 'destination';
  if (sender !== null && !isBusName(sender)) return 'sender';
  return null;
}

function isLittleEndian(start: Buffer): boolean {
  if (start[0] === 'l'.charCodeAt(0)) return true;
  if (start[0] === 'B'.charCodeAt(0)) return false;
  throw new WireError('byte order is neither l nor B');
}

function typeName(code: number): MessageType | null {
  if (code === 1) return 'call';
  if (code === 2) return 'return';
  if (code === 3) return 'error';
  return code === 4 ? 'signal' : null;
}

function padded(length: number): number {
  return length + (-length & 7);
}
