// Relationship fields of a package (Depends, Pre-Depends, Provides, Replaces): groups of alternatives.

export interface Relation {
  readonly name: string;
  /** `any`, `native` or an architecture after the colon; null where none is given. */
  readonly qualifier: string | null;
  /** `(>= 1.2)` as written, without its parentheses; null where there is none. */
  readonly version: string | null;
}

/** `a (>= 1) | b, c` → [[a, b], [c]]. */
export function parseRelations(field: string | undefined): readonly (readonly Relation[])[] {
  if (field === undefined) return [];
  return field
    .split(',')
    .map((group) => group.split('|').flatMap(parseRelation))
    .filter((group) => group.length > 0);
}

function parseRelation(text: string): readonly Relation[] {
  const match = /^\s*([a-z0-9][a-z0-9+.-]*)(?::([a-z0-9-]+))?\s*(?:\(([^)]*)\))?/i.exec(text);
  if (match === null) return [];
  return [{ name: match[1] ?? '', qualifier: match[2] ?? null, version: match[3]?.trim() ?? null }];
}
