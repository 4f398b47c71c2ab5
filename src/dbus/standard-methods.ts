// org.freedesktop.DBus.{Properties,Introspectable,Peer,ObjectManager} over the objects served.

import { readFileSync } from 'node:fs';
import { AptOstreeError } from '../model/errors.js';
import { Fault } from './fault.js';
import { introspectionXml } from './introspection.js';
import { INTROSPECTABLE, OBJECT_MANAGER, PEER, PROPERTIES } from './names.js';
import type { Objects, ServedObject } from './objects.js';
import type { Message } from './wire/message.js';
import type { VarDict, WireValue } from './wire/value.js';

export interface Answer {
  readonly signature: string;
  readonly body: readonly WireValue[];
}

interface StandardCall {
  readonly call: Message;
  readonly path: string;
  readonly objects: Objects;
  readonly managerPath: string | null;
}

const METHODS: Readonly<Record<string, Readonly<Record<string, (of: StandardCall) => Answer>>>> = {
  [PROPERTIES]: { Get: getProperty, GetAll: getAllProperties, Set: setProperty },
  [INTROSPECTABLE]: { Introspect: introspect },
  [PEER]: { Ping: () => ({ signature: '', body: [] }), GetMachineId: machineId },
  [OBJECT_MANAGER]: { GetManagedObjects: managedObjects },
};

/** Whether a call is of a standard interface, also when it names none. */
export function isStandard(call: Message): boolean {
  if (call.interface !== null) return Object.hasOwn(METHODS, call.interface);
  return Object.values(METHODS).some((members) => Object.hasOwn(members, call.member ?? ''));
}

/** @throws Fault, invalid-argument */
export function standardCall(of: StandardCall): Answer {
  const { call } = of;
  const member = call.member ?? '';
  const candidates = call.interface === null ? Object.values(METHODS) : [METHODS[call.interface] ?? {}];
  const method = candidates.find((members) => Object.hasOwn(members, member))?.[member];
  if (method === undefined) throw new Fault('UnknownMethod', `cannot find method ${member} of ${call.interface}`);
  return method(of);
}

function getProperty({ call, path, objects }: StandardCall): Answer {
  const [name, property] = textArguments(call, 'ss');
  const value = propertiesOf(objectAt(objects, path), name)
    .map((values) => values.get(property))
    .find((each) => each !== undefined);
  if (value === undefined) throw new Fault('UnknownProperty', `cannot find property ${property} of ${name} at ${path}`);
  return { signature: 'v', body: [value] };
}

function getAllProperties({ call, path, objects }: StandardCall): Answer {
  const [name] = textArguments(call, 's');
  const values = propertiesOf(objectAt(objects, path), name).flatMap((each) => [...each]);
  return { signature: 'a{sv}', body: [new Map(values)] };
}

function setProperty({ call, path, objects }: StandardCall): Answer {
  const [name, property] = textArguments(call, 'ssv');
  const known = propertiesOf(objectAt(objects, path), name).some((values) => values.has(property));
  if (!known) throw new Fault('UnknownProperty', `cannot find property ${property} of ${name} at ${path}`);
  throw new Fault('PropertyReadOnly', `cannot set ${property}: it is read-only`);
}

/** Of one interface; of all for an empty name, as the specification allows. */
function propertiesOf(served: ServedObject, name: string): readonly VarDict[] {
  if (name === '') return [...served.values()];
  if (Object.hasOwn(METHODS, name)) return [];
  const values = served.get(name);
  if (values === undefined) throw new Fault('UnknownInterface', `cannot find interface ${name}`);
  return [values];
}

function introspect({ call, path, objects, managerPath }: StandardCall): Answer {
  textArguments(call, '');
  const served = objects.get(path);
  const children = childrenOf([...objects.keys()], path);
  if (served === undefined && children.length === 0 && path !== managerPath && path !== '/')
    throw new Fault('UnknownObject', `cannot find an object at ${path}`);
  const interfaces = [...(served?.keys() ?? [])];
  return { signature: 's', body: [introspectionXml({ interfaces, children, isManager: path === managerPath })] };
}

function childrenOf(paths: readonly string[], parent: string): readonly string[] {
  const prefix = parent === '/' ? '/' : `${parent}/`;
  const names = paths
    .filter((path) => path.startsWith(prefix) && path !== '/')
    .map((path) => path.slice(prefix.length).split('/')[0] ?? '');
  return [...new Set(names)].sort();
}

function managedObjects({ call, path, objects, managerPath }: StandardCall): Answer {
  textArguments(call, '');
  if (path !== managerPath) throw new Fault('UnknownInterface', `cannot find an object manager at ${path}`);
  return { signature: 'a{oa{sa{sv}}}', body: [objects] };
}

function machineId({ call }: StandardCall): Answer {
  textArguments(call, '');
  return { signature: 's', body: [readFileSync('/etc/machine-id', 'utf8').trim()] };
}

function objectAt(objects: Objects, path: string): ServedObject {
  const served = objects.get(path);
  if (served === undefined) throw new Fault('UnknownObject', `cannot find an object at ${path}`);
  return served;
}

/** The leading strings of a call with this signature. */
function textArguments(call: Message, signature: string): readonly [string, string] {
  if (call.signature !== signature)
    throw new AptOstreeError(
      'invalid-argument',
      `cannot call ${call.member}: its arguments have the signature "${signature}", not "${call.signature}"`,
    );
  const [first, second] = call.body;
  return [typeof first === 'string' ? first : '', typeof second === 'string' ? second : ''];
}
