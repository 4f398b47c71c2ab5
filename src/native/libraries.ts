// Binds foreign functions, each at its first call. A library once loaded is held until the process ends: koffi unloads one
// whose last reference is gone, and GLib does not survive being loaded twice.

import koffi, { type LibraryHandle } from 'koffi';
import { AptOstreeError } from '../model/errors.js';
import type { ArgumentsOf, ResultOf } from './foreign.js';
import { LIBC_PROTOTYPES, OPAQUE_TYPES, OSTREE_PROTOTYPES, SYSTEMD_PROTOTYPES } from './prototypes.js';
import { declareStructs } from './structs.js';

type Foreign = (...given: readonly unknown[]) => unknown;
export type OstreePrototypes = typeof OSTREE_PROTOTYPES;

const libraries = new Map<string, LibraryHandle>();
const functions = new Map<string, Foreign>();

/** Calls a function of libostree or GLib that cannot fail. */
export function call<Name extends keyof OstreePrototypes & string>(
  name: Name,
  ...given: ArgumentsOf<Name, OstreePrototypes[Name]>
): ResultOf<Name, OstreePrototypes[Name]> {
  return ostree(name)(...given) as ResultOf<Name, OstreePrototypes[Name]>;
}

export function libc<Name extends keyof typeof LIBC_PROTOTYPES & string>(
  name: Name,
  ...given: ArgumentsOf<Name, (typeof LIBC_PROTOTYPES)[Name]>
): ResultOf<Name, (typeof LIBC_PROTOTYPES)[Name]> {
  const bound = functions.get(name) ?? bind(name, 'libc.so.6', LIBC_PROTOTYPES[name]);
  return bound(...given) as ResultOf<Name, (typeof LIBC_PROTOTYPES)[Name]>;
}

export function systemd<Name extends keyof typeof SYSTEMD_PROTOTYPES & string>(
  name: Name,
  ...given: ArgumentsOf<Name, (typeof SYSTEMD_PROTOTYPES)[Name]>
): ResultOf<Name, (typeof SYSTEMD_PROTOTYPES)[Name]> {
  const bound = functions.get(name) ?? bind(name, 'libsystemd.so.0', SYSTEMD_PROTOTYPES[name]);
  return bound(...given) as ResultOf<Name, (typeof SYSTEMD_PROTOTYPES)[Name]>;
}

/** A function of libostree or GLib, untyped, for `attempt`. */
export function ostree(name: keyof OstreePrototypes): Foreign {
  return functions.get(name) ?? bindOstree(name);
}

/** Whether the libostree at hand is at least YEAR.RELEASE. */
export function ostreeIsAtLeast(year: number, release: number): boolean {
  return call('ostree_check_version', year, release) !== 0;
}

function bindOstree(name: keyof OstreePrototypes): Foreign {
  if (!libraries.has(OSTREE)) prepareOstree();
  return bind(name, OSTREE, OSTREE_PROTOTYPES[name]);
}

const OSTREE = 'libostree-1.so.1';

function prepareOstree(): void {
  // the only file system we open is the local one; others would start threads and a session bus
  process.env['GIO_USE_VFS'] = 'local';
  load(OSTREE);
  koffi.alias('gboolean', 'int');
  koffi.disposable('OwnedString', 'str', ostree('g_free'));
  for (const name of OPAQUE_TYPES) koffi.opaque(name);
  declareStructs();
  keepOffStdout();
}

/** libostree prints ("Freed objects: …") on stdout, which is not its to use. strlen reads the text and does nothing else. */
function keepOffStdout(): void {
  call('g_set_print_handler', load('libc.so.6').symbol('strlen'));
  call('g_log_writer_default_set_use_stderr', 1);
}

function bind(name: string, file: string, prototype: string): Foreign {
  const bound: Foreign = load(file).func(prototype.replaceAll('*?', '*'));
  functions.set(name, bound);
  return bound;
}

function load(file: string): LibraryHandle {
  const held = libraries.get(file);
  if (held !== undefined) return held;
  try {
    const library = koffi.load(file);
    libraries.set(file, library);
    return library;
  } catch (error) {
    throw new AptOstreeError('not-supported', `cannot load ${file}: ${(error as Error).message.split('\n')[0]}`, {
      cause: error,
    });
  }
}
