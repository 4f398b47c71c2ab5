// Text that came from elsewhere (package scripts, archives, origins) made safe for a terminal.

/** Control characters, escape sequences among them, become visible; tabs and newlines stay. */
export function printable(text: string): string {
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, visible);
}

/** The same for text that must stay on its line: a title with a newline could pass for a line of ours. */
export function printableLine(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, visible);
}

function visible(character: string): string {
  return `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;
}

/** JSON for a terminal or a program: what JSON itself leaves as it is and a terminal obeys is escaped, too. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
