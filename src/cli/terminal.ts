// What the output can do: whether it is a terminal, how wide, and whether it takes colour.

export interface Terminal {
  readonly isTTY: boolean;
  /** Asked anew for every line, since a window can be resized. */
  readonly columns: () => number;
  readonly style: Style;
  readonly write: (text: string) => void;
}

export interface Style {
  readonly bold: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** The part of a stream this needs, so that a test can hand in its own. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_COLUMNS = 80;
/** Below this a bar is no help and wrapping is unavoidable. */
const LEAST_COLUMNS = 20;

export function terminalOf(stream: OutputStream, env: Environment): Terminal {
  // a dumb terminal (and an editor's shell) cannot redraw a line: it gets plain lines
  const isTTY = stream.isTTY === true && env['TERM'] !== 'dumb';
  return {
    isTTY,
    columns: () => Math.max(stream.columns ?? DEFAULT_COLUMNS, LEAST_COLUMNS),
    style: isTTY && !refusesColour(env) ? ANSI : PLAIN,
    write: (text) => {
      stream.write(text);
    },
  };
}

/** https://no-color.org: present and not empty, whatever the value. */
function refusesColour(env: Environment): boolean {
  return (env['NO_COLOR'] ?? '') !== '';
}

const unchanged = (text: string) => text;
export const PLAIN: Style = { bold: unchanged, green: unchanged, red: unchanged, yellow: unchanged };

const sgr = (on: number, off: number) => (text: string) => `\x1b[${on}m${text}\x1b[${off}m`;
export const ANSI: Style = { bold: sgr(1, 22), green: sgr(32, 39), red: sgr(31, 39), yellow: sgr(33, 39) };
