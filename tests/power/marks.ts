// What is written between the writes of a recorded disk: what somebody was told at that moment.

/** Environment variables of the daemon that marks: the file to write marks to, and where to put its process id. */
export const MARK_VARIABLE = 'POWER_MARKS';
export const PID_VARIABLE = 'POWER_PID_FILE';

export type Mark =
  /** This row of the journal is on disk, the journal said. */
  | { readonly type: 'row'; readonly seq: number; readonly hash: string }
  /** A client was told that this operation is done. */
  | { readonly type: 'told'; readonly operation: string }
  | { readonly type: 'begin'; readonly operation: string }
  /** Nobody works any more. */
  | { readonly type: 'end'; readonly operation: string };

export function markText(mark: Mark): string {
  return JSON.stringify(mark);
}

export function parseMark(text: string): Mark {
  return JSON.parse(text) as Mark;
}

/** What must be on a disk: the last row of which the journal, and the last operation of which a client, was told. */
export interface Acknowledged {
  readonly row: { readonly seq: number; readonly hash: string } | null;
  readonly told: string | null;
  readonly ended: string | null;
}

export const NOTHING_ACKNOWLEDGED: Acknowledged = { row: null, told: null, ended: null };

export function acknowledge(before: Acknowledged, marks: readonly string[]): Acknowledged {
  let { row, told, ended } = before;
  for (const mark of marks.map(parseMark)) {
    if (mark.type === 'row') row = { seq: mark.seq, hash: mark.hash };
    if (mark.type === 'told') told = mark.operation;
    if (mark.type === 'end') ended = mark.operation;
  }
  return { row, told, ended };
}
