// One line of tmpfiles.d(5), written so that the path means itself whatever bytes it has.

export interface TmpfilesLine {
  readonly type: 'd' | 'L' | 'C' | 'p';
  readonly path: string;
  readonly mode: number | null;
  readonly user: string | null;
  readonly group: string | null;
  /** Symlink target, or source of a copy. */
  readonly argument: string | null;
}

export function formatLine({ type, path, mode, user, group, argument }: TmpfilesLine): string {
  const permissions = mode === null ? '-' : mode.toString(8).padStart(4, '0');
  const fields = [type, quote(path), permissions, user ?? '-', group ?? '-', '-'];
  // the argument runs to the end of the line; of specifiers and escapes it knows the same as a path
  if (argument !== null) fields.push(escapeArgument(argument));
  return fields.join(' ');
}

/** Specifiers double their per cent sign; blanks and quotes are quoted as in C. */
function quote(path: string): string {
  const text = path.replaceAll('%', '%%');
  return /^[\w./%@:+,=~!#^-]+$/.test(text) ? text : `"${escapeC(text, { quotes: true })}"`;
}

/** A lone dash would mean "none", and blanks at either end are trimmed. */
function escapeArgument(argument: string): string {
  if (argument === '-') return '\\x2d';
  return escapeC(argument.replaceAll('%', '%%'), { quotes: false }).replaceAll(' ', '\\x20');
}

function escapeC(text: string, { quotes }: { readonly quotes: boolean }): string {
  let escaped = '';
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    if (character === '\\') escaped += '\\\\';
    else if (character === '"' && quotes) escaped += '\\"';
    else if (byte < 0x20 || byte >= 0x7f) escaped += `\\x${byte.toString(16).padStart(2, '0')}`;
    else escaped += character;
  }
  return escaped;
}
