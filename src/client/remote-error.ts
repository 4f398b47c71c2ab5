// Error replies as errors of the table again.

import { AptOstreeError, ERRORS, type ErrorCode } from '../model/errors.js';

/** The only objects that come and go, under names a user can give, are transactions. */
const UNKNOWN_OBJECT = 'org.freedesktop.DBus.Error.UnknownObject';

const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ...(Object.keys(ERRORS) as ErrorCode[]).map((code): [string, ErrorCode] => [ERRORS[code].dbus, code]),
  [UNKNOWN_OBJECT, 'no-such-transaction'],
]);

/** What a bus says when there is nobody to answer, or no longer. */
const UNREACHABLE = new Set(
  ['ServiceUnknown', 'NameHasNoOwner', 'NoReply', 'NoServer', 'Disconnected', 'Timeout', 'TimedOut'].map(
    (name) => `org.freedesktop.DBus.Error.${name}`,
  ),
);

/** The code of a D-Bus error name. */
export function codeOf(errorName: string): ErrorCode {
  if (isUnreachable(errorName)) return 'daemon-unreachable';
  return CODES.get(errorName) ?? 'internal';
}

export function remoteError(errorName: string, text: string): AptOstreeError {
  const code = codeOf(errorName);
  if (code === 'daemon-unreachable')
    return new AptOstreeError(code, `cannot reach apt-ostreed: ${firstLine(text)}; see journalctl -u apt-ostreed`);
  if (CODES.has(errorName)) return new AptOstreeError(code, firstLine(text));
  return new AptOstreeError(code, `internal error: ${errorName}: ${firstLine(text)}`);
}

function isUnreachable(errorName: string): boolean {
  return (
    UNREACHABLE.has(errorName) || errorName.startsWith('org.freedesktop.DBus.Error.Spawn.') || isSystemd(errorName)
  );
}

/** systemd answers for a unit that cannot be started. */
function isSystemd(errorName: string): boolean {
  return errorName.startsWith('org.freedesktop.systemd1.');
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
