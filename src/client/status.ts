// Properties of the Sysroot object as `status --json` prints them.

import type { VarDict } from '../dbus/wire/value.js';
import type { DeploymentStatus, Json, Status } from './client.js';
import { textProperty, toJson, unreadable } from './values.js';

export function statusOf(sysroot: VarDict): Status {
  return {
    path: textProperty(sysroot, 'Path'),
    deployments: list(jsonOf(sysroot, 'Deployments')).map(deploymentStatus),
    transaction: transactionOf(jsonOf(sysroot, 'ActiveTransaction')),
    'cached-update': null,
    'automatic-update-policy': textProperty(sysroot, 'AutomaticUpdatePolicy'),
  };
}

const REQUIRED: Readonly<Record<string, string>> = {
  id: 'string',
  osname: 'string',
  serial: 'number',
  checksum: 'string',
  booted: 'boolean',
  staged: 'boolean',
  pinned: 'boolean',
  unlocked: 'string',
  timestamp: 'number',
};

function deploymentStatus(dict: Json): DeploymentStatus {
  if (typeof dict !== 'object' || dict === null || Array.isArray(dict)) throw unreadable('a deployment');
  const values = dict as Readonly<Record<string, Json>>;
  const wrong = Object.entries(REQUIRED).find(([key, type]) => typeof values[key] !== type);
  if (wrong !== undefined) throw unreadable(`${wrong[0]} of a deployment`);
  const withLists = { 'requested-packages': [], 'requested-local-packages': [], packages: [], ...values };
  // the members that the type demands have just been checked
  return withLists as unknown as DeploymentStatus;
}

function transactionOf(value: Json): Status['transaction'] {
  const [method, sender, path] = list(value);
  if (typeof method !== 'string' || typeof sender !== 'string' || typeof path !== 'string')
    throw unreadable('ActiveTransaction');
  return path === '' ? null : [method, sender, path];
}

function jsonOf(values: VarDict, name: string): Json {
  const value = values.get(name);
  if (value === undefined) throw unreadable(name);
  return toJson(value);
}

function list(value: Json): readonly Json[] {
  if (!Array.isArray(value)) throw unreadable('a list');
  return value;
}
