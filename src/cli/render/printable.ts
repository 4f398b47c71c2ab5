// Text that came from elsewhere (package scripts, archives, origins) made safe for a terminal.

/** Control characters, escape sequences among them, become visible; tabs and newlines stay. */
export function printable(text: string): string {
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\x${code.toString(16).padStart(2, '0')}`;
  });
}
