// Objects as they are served: interfaces and property values by object path, and what changed between two such pictures.

import { type InterfaceDefinition, interfaceDefinition, type ValuesOf } from './members.js';
import { BASE_PATH, OBJECT_MANAGER, PROPERTIES } from './names.js';
import type { WireValue } from './wire/value.js';
import { isSameValue, sendable, type VarDict, Variant } from './wire/value.js';

/** Property values by interface name. */
export type ServedObject = ReadonlyMap<string, VarDict>;
/** By object path. */
export type Objects = ReadonlyMap<string, ServedObject>;

export interface Signal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: readonly WireValue[];
}

type PropertyValues<I extends InterfaceDefinition> = ValuesOf<{
  readonly [Name in keyof I['properties']]: I['properties'][Name]['type'];
}>;

/** VALUES as the variants that the table's types make of them. */
export function servedInterface<I extends InterfaceDefinition>(
  definition: I,
  values: PropertyValues<I>,
): readonly [string, VarDict] {
  const variants = Object.entries<WireValue>(values).map(([name, value]): [string, Variant] => {
    const property = definition.properties[name];
    if (property === undefined) throw new Error(`${definition.name} has no property ${name}`);
    return [name, new Variant(property.type, typeof value === 'string' ? sendable(value) : value)];
  });
  return [definition.name, new Map(variants)];
}

/** Signals that take a viewer from one picture to the next: first what is new, last what is gone. */
export function changes(before: Objects, after: Objects): readonly Signal[] {
  const appeared = [...after]
    .filter(([path]) => !before.has(path))
    .map(([path, served]) => interfacesAdded(path, served));
  const changed = [...after].flatMap(([path, served]) => objectChanges(path, before.get(path), served));
  const gone = [...before]
    .filter(([path]) => !after.has(path))
    .map(([path, served]) => interfacesRemoved(path, served));
  return [...appeared, ...changed, ...gone];
}

function interfacesAdded(path: string, served: ServedObject): Signal {
  return {
    path: BASE_PATH,
    interface: OBJECT_MANAGER,
    member: 'InterfacesAdded',
    signature: 'oa{sa{sv}}',
    body: [path, served],
  };
}

function interfacesRemoved(path: string, served: ServedObject): Signal {
  return {
    path: BASE_PATH,
    interface: OBJECT_MANAGER,
    member: 'InterfacesRemoved',
    signature: 'oas',
    body: [path, [...served.keys()]],
  };
}

function objectChanges(path: string, before: ServedObject | undefined, after: ServedObject): readonly Signal[] {
  if (before === undefined || before === after) return [];
  return [...after].flatMap(([name, values]) => {
    const old = before.get(name);
    const differing = [...values.keys()].filter((key) => !isSame(old?.get(key), values.get(key)));
    return propertiesChanged({ path, interface: name, values, differing });
  });
}

function propertiesChanged(of: {
  readonly path: string;
  readonly interface: string;
  readonly values: VarDict;
  readonly differing: readonly string[];
}): readonly Signal[] {
  const definition = interfaceDefinition(of.interface);
  const emits = (name: string) => definition?.properties[name]?.emits ?? 'value';
  const told = [...of.values].filter(([name]) => of.differing.includes(name) && emits(name) === 'value');
  const invalidated = of.differing.filter((name) => emits(name) === 'invalidates');
  if (told.length + invalidated.length === 0) return [];
  return [
    {
      path: of.path,
      interface: PROPERTIES,
      member: 'PropertiesChanged',
      signature: 'sa{sv}as',
      body: [of.interface, new Map(told), invalidated],
    },
  ];
}

function isSame(one: Variant | undefined, other: Variant | undefined): boolean {
  return one !== undefined && other !== undefined && isSameValue(one, other);
}
