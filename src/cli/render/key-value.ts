// Right-aligned `Key: value` rows, wrapped to the window under the value.

export interface KeyValue {
  readonly key: string;
  /** Several words are wrapped between words. */
  readonly value: string;
}

/** Where keys end in rpm-ostree's status. */
const KEY_WIDTH = 25;

/** `columns` null: never wrapped, for pipes and files. */
export function keyValueLines(rows: readonly KeyValue[], columns: number | null): readonly string[] {
  return rows.flatMap(({ key, value }) => {
    const [first = '', ...more] = columns === null ? [value] : wrap(value, columns - KEY_WIDTH - 2);
    const indent = ' '.repeat(KEY_WIDTH + 2);
    return [`${key.padStart(KEY_WIDTH)}: ${first}`, ...more.map((line) => `${indent}${line}`)];
  });
}

/** A word wider than the room stays whole: a checksum must be copied in one piece. */
function wrap(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
