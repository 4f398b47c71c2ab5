// A failing call of libostree or GLib as an error with a code of ours.

import koffi from 'koffi';
import { AptOstreeError, type ErrorCode } from '../model/errors.js';
import type { FallibleArgumentsOf, Pointer, ResultOf, Slot } from './foreign.js';
import { call, type OstreePrototypes, ostree } from './libraries.js';

interface GErrorFields {
  readonly domain: number;
  readonly code: number;
  readonly message: string;
}

/** GIOErrorEnum values that have a code of their own. */
const IO_CODES: Readonly<Record<number, ErrorCode>> = {
  12: 'no-space',
  19: 'cancelled',
  // the filesystem is read-only: what a user must change is the sysroot
  21: 'invalid-sysroot',
  // a mount that somebody uses, or a filesystem that is frozen for a moment
  26: 'sysroot-locked',
};
const IO_NOT_FOUND = 1;

/**
 * Calls a function whose last argument is a `GError **`.
 * DOING completes "cannot …" in the error's message.
 */
export function attempt<Name extends keyof OstreePrototypes & string>(
  doing: string,
  name: Name,
  ...given: FallibleArgumentsOf<Name, OstreePrototypes[Name]>
): ResultOf<Name, OstreePrototypes[Name]> {
  const slot: Slot<Pointer<'GError'>> = [null];
  const result = ostree(name)(...(given as readonly unknown[]), slot);
  if (slot[0] !== null) throw takeError(slot[0], doing);
  return result as ResultOf<Name, OstreePrototypes[Name]>;
}

/** Like `attempt`, but null instead of an error that says something is not there. */
export function attemptToFind<Name extends keyof OstreePrototypes & string>(
  doing: string,
  name: Name,
  ...given: FallibleArgumentsOf<Name, OstreePrototypes[Name]>
): ResultOf<Name, OstreePrototypes[Name]> | null {
  const slot: Slot<Pointer<'GError'>> = [null];
  const result = ostree(name)(...(given as readonly unknown[]), slot);
  if (slot[0] === null) return result as ResultOf<Name, OstreePrototypes[Name]>;
  const { domain, code } = fieldsOf(slot[0]);
  const error = takeError(slot[0], doing);
  if (code === IO_NOT_FOUND && domainName(domain) === 'g-io-error-quark') return null;
  throw error;
}

/** What a successful call put into SLOT; that nothing is there would be a bug. */
export function taken<Value>(slot: Slot<Value>): Value {
  return present(slot[0]);
}

/** A result that C code promises not to be NULL. */
export function present<Value>(value: Value | null): Value {
  if (value === null)
    throw new AptOstreeError('internal', 'internal error: libostree gave nothing where it promised a value');
  return value;
}

/** Frees the GError. */
function takeError(error: Pointer<'GError'>, doing: string): AptOstreeError {
  const { domain, code, message } = fieldsOf(error);
  call('g_error_free', error);
  // the reserve that libostree keeps free has no error code of its own
  const reserve = message.includes('min-free-space-');
  return new AptOstreeError(
    reserve ? 'no-space' : codeOf(domainName(domain), code),
    `cannot ${doing}: ${oneLine(message)}`,
  );
}

function fieldsOf(error: Pointer<'GError'>): GErrorFields {
  return koffi.decode(error, 'GErrorFields') as GErrorFields;
}

function domainName(domain: number): string {
  return call('g_quark_to_string', domain) ?? '';
}

function codeOf(domain: string, code: number): ErrorCode {
  if (domain === 'g-io-error-quark') return IO_CODES[code] ?? 'ostree-failed';
  if (domain === 'OstreeGpgError') return 'signature-invalid';
  if (domain === 'g-key-file-error-quark') return 'invalid-origin';
  return 'ostree-failed';
}

function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s*\n\s*/g, '; ')
    .replace(/\.$/, '');
}
