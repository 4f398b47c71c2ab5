// One line of tmpfiles.d(5), written so that the path means itself whatever characters it has.

import { AptOstreeError } from '../model/errors.js';

export interface TmpfilesLine {
  readonly type: 'd' | 'L' | 'C' | 'p';
  readonly path: string;
  /** Null leaves it to systemd-tmpfiles; for a copy that means: as the source has it, below too. */
  readonly mode: number | null;
  readonly user: string | null;
  readonly group: string | null;
  /** Symlink target, or source of a copy. */
  readonly argument: string | null;
}

/** @throws unsupported-path */
export function formatLine({ type, path, mode, user, group, argument }: TmpfilesLine): string {
  const permissions = mode === null ? '-' : mode.toString(8).padStart(4, '0');
  const fields = [type, quotePath(path), permissions, user ?? '-', group ?? '-', '-'];
  if (argument !== null) fields.push(escapeArgument(argument));
  return fields.join(' ');
}

/** In a quoted path systemd 252 knows only escaped backslashes and quotes, in spite of its manual: no way to say a newline. */
function quotePath(path: string): string {
  if (path.includes('\n'))
    throw new AptOstreeError('unsupported-path', `cannot name ${JSON.stringify(path)} in tmpfiles.d`);
  const text = path.replaceAll('%', '%%');
  return /^[\w./%@:+,=~!#^-]+$/.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** The argument runs to the end of the line; blanks at its ends are trimmed, C escapes read, and a lone dash is none. */
function escapeArgument(argument: string): string {
  if (argument === '-') return '\\x2d';
  let escaped = '';
  for (const byte of Buffer.from(argument.replaceAll('%', '%%'))) {
    const character = String.fromCharCode(byte);
    if (character === '\\') escaped += '\\\\';
    else if (byte <= 0x20 || byte >= 0x7f) escaped += `\\x${byte.toString(16).padStart(2, '0')}`;
    else escaped += character;
  }
  return escaped;
}
