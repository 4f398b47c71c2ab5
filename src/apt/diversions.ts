// dpkg's diversions: files that one package moved out of another's way.

export interface Diversion {
  readonly from: string;
  readonly to: string;
  /** The package that may use `from`; `:` stands for a local diversion. */
  readonly by: string;
}

/** Three lines each: from, to, package. */
export function parseDiversions(text: string): readonly Diversion[] {
  const lines = text.split('\n');
  const diversions: Diversion[] = [];
  for (let at = 0; at + 2 < lines.length; at += 3)
    diversions.push({ from: lines[at] ?? '', to: lines[at + 1] ?? '', by: lines[at + 2] ?? '' });
  return diversions;
}
