// Every error a user, a D-Bus client or a script can meet: one table, one class.

/** What a caller may do after the error: give up, try again later, or repair something first. */
export type Retry = 'no' | 'later' | 'repair';

export interface ErrorRow {
  /** D-Bus error name on the wire. */
  readonly dbus: string;
  /** Exit status of the command line; rpm-ostree knows 0, 1 and 77. */
  readonly exit: number;
  readonly retry: Retry;
}

const PREFIX = 'org.projectatomic.aptostree1.Error';

/** Codes are never reused or renamed: they stand in journals. */
export const ERRORS = {
  'invalid-argument': { dbus: 'org.freedesktop.DBus.Error.InvalidArgs', exit: 1, retry: 'no' },
  'not-authorized': { dbus: 'org.freedesktop.DBus.Error.AccessDenied', exit: 1, retry: 'no' },
  // the name GNOME Software and others retry on
  'transaction-active': {
    dbus: 'org.gtk.GDBus.UnmappedGError.Quark._g_2dio_2derror_2dquark.Code26',
    exit: 1,
    retry: 'later',
  },
  'sysroot-locked': { dbus: `${PREFIX}.SysrootLocked`, exit: 1, retry: 'later' },
  'no-such-transaction': { dbus: `${PREFIX}.NoSuchTransaction`, exit: 1, retry: 'no' },
  'wrong-state': { dbus: `${PREFIX}.WrongState`, exit: 1, retry: 'no' },
  'invalid-configuration': { dbus: `${PREFIX}.InvalidConfiguration`, exit: 1, retry: 'repair' },
  'invalid-sysroot': { dbus: `${PREFIX}.InvalidSysroot`, exit: 1, retry: 'no' },
  'no-such-stateroot': { dbus: `${PREFIX}.NoSuchStateroot`, exit: 1, retry: 'no' },
  'no-such-deployment': { dbus: `${PREFIX}.NoSuchDeployment`, exit: 1, retry: 'no' },
  'invalid-refspec': { dbus: `${PREFIX}.InvalidRefspec`, exit: 1, retry: 'no' },
  'no-such-revision': { dbus: `${PREFIX}.NoSuchRevision`, exit: 1, retry: 'no' },
  'invalid-origin': { dbus: `${PREFIX}.InvalidOrigin`, exit: 1, retry: 'repair' },
  'invalid-treefile': { dbus: `${PREFIX}.InvalidTreefile`, exit: 1, retry: 'no' },
  'invalid-tree': { dbus: `${PREFIX}.InvalidTree`, exit: 1, retry: 'no' },
  'package-not-found': { dbus: `${PREFIX}.PackageNotFound`, exit: 1, retry: 'no' },
  'already-requested': { dbus: `${PREFIX}.AlreadyRequested`, exit: 1, retry: 'no' },
  'already-provided': { dbus: `${PREFIX}.AlreadyProvided`, exit: 1, retry: 'no' },
  'not-requested': { dbus: `${PREFIX}.NotRequested`, exit: 1, retry: 'no' },
  unsolvable: { dbus: `${PREFIX}.Unsolvable`, exit: 1, retry: 'no' },
  'plan-changed': { dbus: `${PREFIX}.PlanChanged`, exit: 1, retry: 'no' },
  'file-conflict': { dbus: `${PREFIX}.FileConflict`, exit: 1, retry: 'no' },
  'account-conflict': { dbus: `${PREFIX}.AccountConflict`, exit: 1, retry: 'no' },
  'unsupported-path': { dbus: `${PREFIX}.UnsupportedPath`, exit: 1, retry: 'no' },
  'script-failed': { dbus: `${PREFIX}.ScriptFailed`, exit: 1, retry: 'no' },
  'dpkg-failed': { dbus: `${PREFIX}.DpkgFailed`, exit: 1, retry: 'no' },
  'apt-failed': { dbus: `${PREFIX}.AptFailed`, exit: 1, retry: 'later' },
  'fetch-failed': { dbus: `${PREFIX}.FetchFailed`, exit: 1, retry: 'later' },
  'archive-invalid': { dbus: `${PREFIX}.ArchiveInvalid`, exit: 1, retry: 'no' },
  'signature-invalid': { dbus: `${PREFIX}.SignatureInvalid`, exit: 1, retry: 'no' },
  'no-space': { dbus: `${PREFIX}.NoSpace`, exit: 1, retry: 'repair' },
  'io-failed': { dbus: `${PREFIX}.IoFailed`, exit: 1, retry: 'repair' },
  'deadline-exceeded': { dbus: `${PREFIX}.DeadlineExceeded`, exit: 1, retry: 'later' },
  cancelled: { dbus: `${PREFIX}.Cancelled`, exit: 1, retry: 'no' },
  quarantined: { dbus: `${PREFIX}.Quarantined`, exit: 1, retry: 'no' },
  'undo-failed': { dbus: `${PREFIX}.UndoFailed`, exit: 1, retry: 'repair' },
  'executor-died': { dbus: `${PREFIX}.ExecutorDied`, exit: 1, retry: 'later' },
  'ostree-failed': { dbus: `${PREFIX}.OstreeFailed`, exit: 1, retry: 'no' },
  'command-failed': { dbus: `${PREFIX}.CommandFailed`, exit: 1, retry: 'no' },
  'journal-broken': { dbus: `${PREFIX}.JournalBroken`, exit: 1, retry: 'repair' },
  'journal-newer': { dbus: `${PREFIX}.JournalNewer`, exit: 1, retry: 'repair' },
  'journal-locked': { dbus: `${PREFIX}.JournalLocked`, exit: 1, retry: 'later' },
  'daemon-unreachable': { dbus: 'org.freedesktop.DBus.Error.ServiceUnknown', exit: 1, retry: 'later' },
  'not-supported': { dbus: 'org.freedesktop.DBus.Error.NotSupported', exit: 1, retry: 'no' },
  unchanged: { dbus: `${PREFIX}.Unchanged`, exit: 77, retry: 'no' },
  internal: { dbus: `${PREFIX}.Internal`, exit: 1, retry: 'no' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** The part of an error that may leave a process: plain JSON, never a stack. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Passes by itself, as a network does that does not answer: worth another try. Never of a decision. */
  readonly transient?: true;
}

export interface AptOstreeErrorOptions extends ErrorOptions {
  readonly transient?: boolean;
}

/** An error with a code of the table; `message` is one line, lower case, without a full stop. */
export class AptOstreeError extends Error {
  readonly code: ErrorCode;
  readonly transient: boolean;

  constructor(code: ErrorCode, message: string, options?: AptOstreeErrorOptions) {
    super(oneLine(message), options);
    this.name = 'AptOstreeError';
    this.code = code;
    this.transient = options?.transient ?? false;
  }
}

export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(ERRORS, text);
}

/** Any thrown value as a failure; what the table does not know becomes `internal`, named as a bug. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AptOstreeError)
    return { code: error.code, message: error.message, ...(error.transient ? { transient: true } : {}) };
  const system = systemFailure(error);
  if (system !== null) return system;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: oneLine(`internal error: ${message.split('\n')[0] ?? ''}`) };
}

/** As much of another program's words as a line, a row of the journal and a reply can hold. */
export const MAX_MESSAGE = 4096;

/** Messages quote file names, fields and output that may be hostile: what a terminal would obey is made visible. */
function oneLine(message: string): string {
  const kept = message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
  return kept.replace(UNPRINTABLE, (each) => `\\x${(each.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
}

/** Control characters, line separators, lone surrogates, and marks that turn the direction of what follows. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** The error a failure came from, at the other side of a process border. */
export function errorOf({ code, message, transient }: Failure): AptOstreeError {
  return new AptOstreeError(code, message, { transient: transient === true });
}

/** Node's system errors that are the machine's state and no bug of ours. */
function systemFailure(error: unknown): Failure | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return { code: 'no-space', message: `cannot write: no space left on the filesystem (${error.message})` };
  if (error.code === 'EIO')
    return { code: 'io-failed', message: `cannot go on: the disk does not answer as it should (${error.message})` };
  if (error.code === 'EROFS')
    return { code: 'invalid-sysroot', message: `cannot write: the filesystem is read-only (${error.message})` };
  return null;
}
