// Debian's control format: stanzas of fields, as in dpkg's status, Packages indexes and `apt-cache show`.

export type Stanza = ReadonlyMap<string, string>;

/** Field names are kept in lower case, since their case carries no meaning; continuation lines stay in the value. */
export function parseStanzas(text: string): readonly Stanza[] {
  const stanzas: Stanza[] = [];
  for (const block of text.split(/\n(?:[ \t]*\n)+/)) {
    const stanza = parseStanza(block);
    if (stanza.size > 0) stanzas.push(stanza);
  }
  return stanzas;
}

function parseStanza(block: string): Stanza {
  const fields = new Map<string, string>();
  let current: string | null = null;
  for (const line of block.split('\n')) {
    if (/^[ \t]/.test(line)) {
      if (current !== null) fields.set(current, `${fields.get(current) ?? ''}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    current = line.slice(0, colon).toLowerCase();
    fields.set(current, line.slice(colon + 1).trim());
  }
  return fields;
}
