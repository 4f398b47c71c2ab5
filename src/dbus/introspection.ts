// Introspection XML from the members table.

import {
  type InterfaceDefinition,
  interfaceDefinition,
  type MethodDefinition,
  type PropertyDefinition,
  type SignalDefinition,
} from './members.js';

const DOCTYPE =
  '<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"\n' +
  ' "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">\n';

/** A node with our interfaces NAMES, the standard ones, and its children. */
export function introspectionXml(node: {
  readonly interfaces: readonly string[];
  readonly children: readonly string[];
  readonly isManager: boolean;
}): string {
  const ours = node.interfaces.map(interfaceDefinition).filter((each) => each !== null);
  return [
    `${DOCTYPE}<node>`,
    ...(ours.length > 0 ? [PROPERTIES_XML] : []),
    STANDARD_XML,
    ...(node.isManager ? [OBJECT_MANAGER_XML] : []),
    ...ours.map(interfaceXml),
    ...node.children.map((child) => `  <node name="${child}"/>`),
    '</node>',
    '',
  ].join('\n');
}

function interfaceXml(definition: InterfaceDefinition): string {
  return [
    `  <interface name="${definition.name}">`,
    ...Object.entries(definition.methods).flatMap(([name, method]) => methodXml(name, method)),
    ...Object.entries(definition.signals).flatMap(([name, signal]) => signalXml(name, signal)),
    ...Object.entries(definition.properties).flatMap(([name, property]) => propertyXml(name, property)),
    '  </interface>',
  ].join('\n');
}

function methodXml(name: string, method: MethodDefinition): readonly string[] {
  const args = [...argumentsXml(method.in, ' direction="in"'), ...argumentsXml(method.out, ' direction="out"')];
  return element('method', name, args);
}

function signalXml(name: string, signal: SignalDefinition): readonly string[] {
  return element('signal', name, argumentsXml(signal.arguments, ''));
}

function propertyXml(name: string, { type, emits }: PropertyDefinition): readonly string[] {
  const open = `    <property name="${name}" type="${type}" access="read"`;
  if (emits === 'value') return [`${open}/>`];
  const value = emits === 'nothing' ? 'false' : 'invalidates';
  return [
    `${open}>`,
    `      <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="${value}"/>`,
    '    </property>',
  ];
}

function argumentsXml(args: Readonly<Record<string, string>>, direction: string): readonly string[] {
  return Object.entries(args).map(([name, type]) => `      <arg name="${name}" type="${type}"${direction}/>`);
}

function element(kind: string, name: string, args: readonly string[]): readonly string[] {
  if (args.length === 0) return [`    <${kind} name="${name}"/>`];
  return [`    <${kind} name="${name}">`, ...args, `    </${kind}>`];
}

const STANDARD_XML = `  <interface name="org.freedesktop.DBus.Introspectable">
    <method name="Introspect">
      <arg name="xml_data" type="s" direction="out"/>
    </method>
  </interface>
  <interface name="org.freedesktop.DBus.Peer">
    <method name="Ping"/>
    <method name="GetMachineId">
      <arg name="machine_uuid" type="s" direction="out"/>
    </method>
  </interface>`;

const PROPERTIES_XML = `  <interface name="org.freedesktop.DBus.Properties">
    <method name="Get">
      <arg name="interface_name" type="s" direction="in"/>
      <arg name="property_name" type="s" direction="in"/>
      <arg name="value" type="v" direction="out"/>
    </method>
    <method name="GetAll">
      <arg name="interface_name" type="s" direction="in"/>
      <arg name="properties" type="a{sv}" direction="out"/>
    </method>
    <method name="Set">
      <arg name="interface_name" type="s" direction="in"/>
      <arg name="property_name" type="s" direction="in"/>
      <arg name="value" type="v" direction="in"/>
    </method>
    <signal name="PropertiesChanged">
      <arg name="interface_name" type="s"/>
      <arg name="changed_properties" type="a{sv}"/>
      <arg name="invalidated_properties" type="as"/>
    </signal>
  </interface>`;

const OBJECT_MANAGER_XML = `  <interface name="org.freedesktop.DBus.ObjectManager">
    <method name="GetManagedObjects">
      <arg name="object_paths_interfaces_and_properties" type="a{oa{sa{sv}}}" direction="out"/>
    </method>
    <signal name="InterfacesAdded">
      <arg name="object_path" type="o"/>
      <arg name="interfaces_and_properties" type="a{sa{sv}}"/>
    </signal>
    <signal name="InterfacesRemoved">
      <arg name="object_path" type="o"/>
      <arg name="interfaces" type="as"/>
    </signal>
  </interface>`;
