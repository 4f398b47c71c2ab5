// dbus-next's messages from and to ours. Its dicts are plain objects and its published types are partly wrong, so the casts live here.

import dbus from 'dbus-next';
import { MESSAGE_TYPE, type Message, type MessageType, message } from './wire/message.js';
import { parseSignature, parseSingleType, type Type } from './wire/signature.js';
import { Variant, type WireValue } from './wire/value.js';
import { WireError } from './wire/wire-error.js';

/** What dbus-next really hands out. */
interface NextMessage {
  readonly type: number;
  readonly flags: number;
  readonly serial: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly errorName?: string;
  readonly replySerial?: number;
  readonly destination?: string;
  readonly sender?: string;
  readonly signature: string;
  readonly body: readonly unknown[];
}

/** @throws WireError when the body has a type we do not take (file descriptors) */
export function fromNext(next: dbus.Message): Message {
  const raw = next as unknown as NextMessage;
  return message({
    type: typeOf(raw.type),
    flags: raw.flags,
    serial: raw.serial,
    path: raw.path ?? null,
    interface: raw.interface ?? null,
    member: raw.member ?? null,
    errorName: raw.errorName ?? null,
    replySerial: raw.replySerial ?? null,
    destination: raw.destination ?? null,
    sender: raw.sender ?? null,
    signature: raw.signature,
    body: parseSignature(raw.signature).map((type, index) => plainToWire(type, raw.body[index])),
  });
}

export function toNext(ours: Message): dbus.Message {
  const body = parseSignature(ours.signature).map((type, index) => wireToPlain(type, ours.body[index]));
  const fields = {
    type: MESSAGE_TYPE[ours.type],
    flags: ours.flags,
    path: ours.path ?? undefined,
    interface: ours.interface ?? undefined,
    member: ours.member ?? undefined,
    errorName: ours.errorName ?? undefined,
    replySerial: ours.replySerial ?? undefined,
    destination: ours.destination ?? undefined,
    signature: ours.signature,
    body,
  };
  return new dbus.Message(fields as unknown as dbus.MessageLike);
}

function typeOf(code: number): MessageType {
  const found = (Object.keys(MESSAGE_TYPE) as MessageType[]).find((name) => MESSAGE_TYPE[name] === code);
  if (found === undefined) throw new WireError(`message type ${code} is unknown`);
  return found;
}

function plainToWire(type: Type, plain: unknown): WireValue {
  if (type.kind === 'basic') return plain as WireValue;
  if (type.kind === 'variant') {
    const { signature, value } = plain as { readonly signature: string; readonly value: unknown };
    return new Variant(signature, plainToWire(parseSingleType(signature), value));
  }
  if (type.kind === 'array') return arrayToWire(type.of, plain);
  if (type.kind === 'entry') throw new WireError('dict entry outside a dict');
  const members = plain as readonly unknown[];
  return type.members.map((member, index) => plainToWire(member, members[index]));
}

function arrayToWire(of: Type, plain: unknown): WireValue {
  if (of.kind === 'entry') {
    // dbus-next assigned it, so that the entry is no entry any more
    if (Object.getPrototypeOf(plain) !== Object.prototype) throw new WireError('a dict has the key __proto__');
    const entries = Object.entries(plain as Readonly<Record<string, unknown>>);
    return new Map(entries.map(([key, value]) => [key, plainToWire(of.value, value)]));
  }
  if (of.kind === 'basic' && of.code === 'y') return Uint8Array.from(plain as Uint8Array);
  return (plain as readonly unknown[]).map((item) => plainToWire(of, item));
}

function wireToPlain(type: Type, value: WireValue | undefined): unknown {
  if (type.kind === 'basic') return value;
  if (type.kind === 'variant') {
    if (!(value instanceof Variant)) throw new WireError('value of a variant carries no type');
    return new dbus.Variant(value.signature, wireToPlain(parseSingleType(value.signature), value.value));
  }
  if (type.kind === 'array') return arrayToPlain(type.of, value);
  if (type.kind === 'entry' || !Array.isArray(value)) throw new WireError('value of a struct is not a list');
  return type.members.map((member, index) => wireToPlain(member, value[index]));
}

function arrayToPlain(of: Type, value: WireValue | undefined): unknown {
  if (of.kind === 'entry') {
    if (!(value instanceof Map)) throw new WireError('value of a dict is not a map');
    // fromEntries defines own members, so `__proto__` is a key like others
    return Object.fromEntries([...value].map(([key, item]) => [key, wireToPlain(of.value, item)]));
  }
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (!Array.isArray(value)) throw new WireError('value of an array is not a list');
  return value.map((item) => wireToPlain(of, item));
}
