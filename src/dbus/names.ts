// Names on the bus: bus name, object paths, interfaces.

import { AptOstreeError } from '../model/errors.js';
import { type TransactionId, transactionId } from '../model/transaction.js';

export const BUS_NAME = 'org.projectatomic.aptostree1';

export const BASE_PATH = '/org/projectatomic/aptostree1';
export const SYSROOT_PATH = `${BASE_PATH}/Sysroot`;
export const JOURNAL_PATH = `${BASE_PATH}/Journal`;

export const SYSROOT = `${BUS_NAME}.Sysroot`;
export const OS = `${BUS_NAME}.OS`;
export const TRANSACTION = `${BUS_NAME}.Transaction`;
export const JOURNAL = `${BUS_NAME}.Journal`;

export const PROPERTIES = 'org.freedesktop.DBus.Properties';
export const INTROSPECTABLE = 'org.freedesktop.DBus.Introspectable';
export const PEER = 'org.freedesktop.DBus.Peer';
export const OBJECT_MANAGER = 'org.freedesktop.DBus.ObjectManager';

/** The bus daemon itself. */
export const DBUS = 'org.freedesktop.DBus';
export const DBUS_PATH = '/org/freedesktop/DBus';

/** Where a transaction is on its own private socket, as rpm-ostree's clients expect. */
export const PEER_TRANSACTION_PATH = '/';

export function osPath(stateroot: string): string {
  return `${BASE_PATH}/OS/${pathElement(stateroot)}`;
}

export function transactionPath(id: TransactionId): string {
  return `${BASE_PATH}/Transaction/${id}`;
}

/** The transaction of an object path, or null for another object. */
export function transactionOfPath(path: string): TransactionId | null {
  const match = /\/Transaction\/([0-9a-f]{32})$/.exec(path);
  return match?.[1] === undefined ? null : transactionId(match[1]);
}

export function transactionSocketName(id: TransactionId): string {
  return `transaction-${id}.sock`;
}

/** The transaction whose private socket an address names. @throws no-such-transaction */
export function transactionOfAddress(address: string): TransactionId {
  const match = /^unix:path=[^,;]*\/transaction-([0-9a-f]{32})\.sock(?:,|$)/.exec(address);
  if (match?.[1] === undefined)
    throw new AptOstreeError(
      'no-such-transaction',
      `cannot find a transaction in the address ${JSON.stringify(address)}`,
    );
  return transactionId(match[1]);
}

/** rpm-ostree's rule: letters, digits and `_` stay, `-` and `/` become `_`, any other byte `_XX`. */
function pathElement(name: string): string {
  let element = '';
  for (const byte of Buffer.from(name, 'utf8')) {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9_]/.test(character)) element += character;
    else if (character === '-' || character === '/') element += '_';
    else element += `_${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return element;
}

/** Option keys of package changes, their types, and the members of a request they stand for. */
export const PACKAGE_OPTIONS = {
  types: {
    'allow-inactive': 'b',
    'idempotent-layering': 'b',
    'dry-run': 'b',
    'cache-only': 'b',
    'download-only': 'b',
    'lock-finalization': 'b',
    'no-layering': 'b',
    plan: 's',
  },
  members: {
    'allow-inactive': 'allowInactive',
    'idempotent-layering': 'idempotent',
    'dry-run': 'dryRun',
    'cache-only': 'cacheOnly',
    'download-only': 'downloadOnly',
    'lock-finalization': 'lockFinalization',
    'no-layering': 'removeAll',
    plan: 'plan',
  },
} as const;
