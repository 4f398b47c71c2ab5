// Shows a transaction's progress: one redrawn line on a terminal, plain lines anywhere else.

import type { Progress } from '../model/progress.js';
import { type LiveState, liveLine, plainMeasure } from './render/live-line.js';
import { printable } from './render/printable.js';
import type { Terminal } from './terminal.js';

export interface Screen {
  readonly show: (progress: Progress) => void;
  /** A line of our own between the daemon's. */
  readonly note: (text: string) => void;
  /** Leaves the cursor at the start of an empty line. */
  readonly close: () => void;
}

export function screenOn(terminal: Terminal, options: { readonly quiet: boolean; readonly now: () => number }): Screen {
  if (options.quiet) return { show: () => {}, note: () => {}, close: () => {} };
  return terminal.isTTY ? redrawingScreen(terminal) : plainScreen(terminal, options.now);
}

const IDLE: LiveState = { task: null, measured: null };
const ERASE_LINE = '\r\x1b[K';

function redrawingScreen(terminal: Terminal): Screen {
  let state = IDLE;
  let drawn = '';
  const draw = (lines: string) => {
    const line = liveLine(state, terminal.columns());
    if (lines === '' && line === drawn) return;
    terminal.write(`${drawn === '' ? '' : ERASE_LINE}${lines}${line}`);
    drawn = line;
  };
  return {
    show: (progress) => {
      const lines = linesOf(state, progress);
      state = nextState(state, progress);
      draw(lines);
    },
    note: (text) => draw(`${printable(text)}\n`),
    close: () => {
      const left = unfinished(state);
      state = IDLE;
      draw(left);
    },
  };
}

/** Long enough that the log of an unattended run stays short, short enough that it is seen to go on. */
const PLAIN_INTERVAL_MS = 10_000;

function plainScreen(terminal: Terminal, now: () => number): Screen {
  let state = IDLE;
  /** Whether `Task...` stands on the line already, without its end. */
  let open = false;
  let lastMeasureMs = now();
  const line = (text: string) => {
    terminal.write(`${open ? '\n' : ''}${text}`);
    open = false;
  };
  const begin = (task: string) => {
    line(`${printable(task)}...`);
    open = true;
  };
  const end = (text: string) => {
    if (open) terminal.write(` ${text}\n`);
    else line(`${printable(state.task ?? '')}... ${text}\n`);
    open = false;
  };
  const show = (progress: Progress) => {
    if (progress.type === 'task-begin' && state.task !== printable(progress.text)) begin(progress.text);
    else if (progress.type === 'task-end' && state.task !== null) end(endText(state, progress.text));
    else if (progress.type === 'message') line(linesOf(state, progress));
    else if (progress.type === 'progress-end' && state.measured !== null) line(`${plainMeasure(state)}\n`);
    state = nextState(state, progress);
    if (state.measured === null || now() - lastMeasureMs < PLAIN_INTERVAL_MS) return;
    lastMeasureMs = now();
    line(`${plainMeasure(state)}\n`);
  };
  return {
    show,
    note: (text) => line(`${printable(text)}\n`),
    close: () => {
      if (open) line('');
      state = IDLE;
    },
  };
}

function nextState(state: LiveState, progress: Progress): LiveState {
  switch (progress.type) {
    case 'task-begin':
      return { task: printable(progress.text), measured: null };
    case 'task-end':
      return IDLE;
    case 'percent':
      return { ...state, measured: { ...progress, text: printable(progress.text) } };
    case 'download':
      return { ...state, measured: progress };
    case 'progress-end':
      return { ...state, measured: null };
    case 'message':
      return state;
  }
}

/** The lines that stay on the terminal because of this event. */
function linesOf(state: LiveState, progress: Progress): string {
  switch (progress.type) {
    case 'task-begin':
      return state.task === printable(progress.text) ? '' : unfinished(state);
    case 'task-end':
      return state.task === null ? '' : `${state.task}... ${endText(state, progress.text)}\n`;
    case 'message':
      return `${printable(progress.text)}\n`;
    case 'percent':
    case 'download':
    case 'progress-end':
      return '';
  }
}

function unfinished({ task }: LiveState): string {
  return task === null ? '' : `${task}...\n`;
}

/** A step may end its task with a word of its own; its title again says no more than `done`. */
function endText({ task }: LiveState, text: string): string {
  const end = printable(text);
  return end === '' || end === task ? 'done' : end;
}
