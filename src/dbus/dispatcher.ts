// A method call to its reply: standard interfaces here, ours through the members table.

import { AptOstreeError } from '../model/errors.js';
import { errorReply, Fault, isBug } from './fault.js';
import {
  type InterfaceDefinition,
  interfaceDefinition,
  type MethodDefinition,
  signatureOf,
  type ValuesOf,
} from './members.js';
import type { Objects, ServedObject } from './objects.js';
import type { Call, Peer } from './peer.js';
import { type Answer, isStandard, standardCall } from './standard-methods.js';
import { FLAG, type Message, message } from './wire/message.js';
import type { WireValue } from './wire/value.js';

/** Implementation of an interface's methods: arguments by name in, results by name out. */
export type MethodsOf<I extends InterfaceDefinition> = {
  readonly [Name in keyof I['methods']]: (
    args: ValuesOf<I['methods'][Name]['in']>,
    call: Call,
  ) => ValuesOf<I['methods'][Name]['out']> | Promise<ValuesOf<I['methods'][Name]['out']>>;
};

type Handler = (args: Readonly<Record<string, WireValue>>, call: Call) => unknown;
/** Handlers by interface and method. */
export type Methods = ReadonlyMap<string, Readonly<Record<string, Handler>>>;

/** METHODS with their types forgotten, which the signature check of every call gives back. */
export function implementation<I extends InterfaceDefinition>(
  definition: I,
  methods: MethodsOf<I>,
): readonly [string, Readonly<Record<string, Handler>>] {
  return [definition.name, methods as Readonly<Record<string, Handler>>];
}

export interface DispatcherParts {
  readonly objects: () => Objects;
  readonly methods: Methods;
  /** Path with an ObjectManager, or null. */
  readonly managerPath: string | null;
  /** Told of errors that are bugs of ours. */
  readonly onBug: (error: unknown) => void;
}

export class Dispatcher {
  private readonly parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.parts = parts;
  }

  /** The reply to a method call, or null when none is expected. Never rejects. */
  async dispatch(call: Message, peer: Peer): Promise<Message | null> {
    const reply = await this.answer(call, peer).then(
      ({ signature, body }) =>
        message({ type: 'return', replySerial: call.serial, destination: call.sender, signature, body }),
      (error: unknown) => {
        if (isBug(error)) this.parts.onBug(error);
        return errorReply(call, error);
      },
    );
    return (call.flags & FLAG.noReplyExpected) === 0 ? reply : null;
  }

  private async answer(call: Message, peer: Peer): Promise<Answer> {
    const path = call.path ?? '/';
    const { managerPath, objects } = this.parts;
    if (isStandard(call)) return standardCall({ call, path, objects: objects(), managerPath });
    const served = objects().get(path);
    if (served === undefined) throw new Fault('UnknownObject', `cannot find an object at ${path}`);
    const { definition, name, method } = findMethod(served, call);
    const args = namedArguments(method, call);
    const handler = this.parts.methods.get(definition.name)?.[name];
    if (handler === undefined) throw new Error(`${definition.name}.${name} is not implemented`);
    const interactive = (call.flags & FLAG.allowInteractiveAuthorization) !== 0;
    return namedResults(method, await handler(args, { path, peer, interactive }));
  }
}

function findMethod(served: ServedObject, call: Message) {
  const name = call.member ?? '';
  if (call.interface !== null && !served.has(call.interface))
    throw new Fault('UnknownInterface', `cannot find interface ${call.interface} at ${call.path}`);
  const candidates = call.interface === null ? [...served.keys()] : [call.interface];
  for (const candidate of candidates) {
    const definition = interfaceDefinition(candidate);
    if (definition === null || !Object.hasOwn(definition.methods, name)) continue;
    const method = definition.methods[name];
    if (method !== undefined) return { definition, name, method };
  }
  throw new Fault('UnknownMethod', `cannot find method ${name} at ${call.path}`);
}

function namedArguments(method: MethodDefinition, call: Message): Readonly<Record<string, WireValue>> {
  const wanted = signatureOf(method.in);
  if (call.signature !== wanted)
    throw new AptOstreeError(
      'invalid-argument',
      `cannot call ${call.member}: its arguments have the signature "${wanted}", not "${call.signature}"`,
    );
  return Object.fromEntries(Object.keys(method.in).map((name, index) => [name, call.body[index] ?? '']));
}

function namedResults(method: MethodDefinition, results: unknown): Answer {
  // the handler's type says so: results by the names of the table
  const values = results as Readonly<Record<string, WireValue>>;
  const body = Object.keys(method.out).map((name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a method gave no ${name}`);
    return value;
  });
  return { signature: signatureOf(method.out), body };
}
