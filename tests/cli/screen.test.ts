import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveLine } from '../../src/cli/render/live-line.js';
import { screenOn } from '../../src/cli/screen.js';
import type { Progress } from '../../src/model/progress.js';
import { assertGolden } from './golden.js';
import { recordedTerminal, seen } from './recorded-terminal.js';

const download = (fetchedBytes: number): Progress => ({
  type: 'download',
  startedAtMs: 0,
  elapsedMs: 1000,
  fetchedBytes,
  totalBytes: 27_000_000,
  fetchedFiles: 3,
  totalFiles: 12,
  bytesPerSecond: 3_100_000,
});

const RUN: readonly Progress[] = [
  { type: 'task-begin', text: 'Resolving dependencies' },
  { type: 'task-end', text: 'done' },
  { type: 'task-begin', text: 'Fetching packages' },
  download(0),
  download(12_300_000),
  { type: 'message', text: 'mirror 2 is slow\x1b[31m' },
  download(27_000_000),
  { type: 'progress-end' },
  { type: 'task-end', text: '' },
  { type: 'task-begin', text: 'Installing packages' },
  { type: 'task-begin', text: 'Installing packages' },
  { type: 'percent', text: 'Unpacking', percent: 50 },
  { type: 'task-end', text: 'failed' },
  { type: 'message', text: 'the end' },
  { type: 'task-begin', text: 'Left open' },
];

function written(options: { readonly isTTY: boolean; readonly columns?: number; readonly stepMs?: number }): string {
  const terminal = recordedTerminal(options);
  let now = 0;
  const screen = screenOn(terminal, { quiet: false, now: () => now });
  for (const progress of RUN) {
    now += options.stepMs ?? 0;
    screen.show(progress);
  }
  screen.note('Awaiting transaction cancellation...');
  screen.close();
  return terminal.text();
}

test('a terminal gets one redrawn line, and whole lines of what has ended', () => {
  const text = written({ isTTY: true });
  assertGolden('screen-terminal-raw', text.replaceAll('\x1b', '␛').replaceAll('\r', '␍'));
  assertGolden('screen-terminal-seen', seen(text));
});

test('anything else gets plain lines without control characters', () => {
  const text = written({ isTTY: false });
  assert.doesNotMatch(text, /[\r\x1b]/);
  assertGolden('screen-plain', text);
});

test('a long wait is told in plain lines every ten seconds', () => {
  assertGolden('screen-plain-slow', written({ isTTY: false, stepMs: 6000 }));
});

test('quiet shows nothing', () => {
  const terminal = recordedTerminal({ isTTY: true });
  const screen = screenOn(terminal, { quiet: true, now: () => 0 });
  RUN.forEach(screen.show);
  screen.note('Awaiting transaction cancellation...');
  screen.close();
  assert.equal(terminal.text(), '');
});

test('the live line never fills the window, however narrow it is', () => {
  for (let columns = 20; columns <= 200; columns += 1) {
    for (const progress of RUN) {
      const measured = progress.type === 'percent' || progress.type === 'download' ? progress : null;
      const line = liveLine({ task: 'A task with a rather long title that does not fit anywhere', measured }, columns);
      assert.ok([...line].length < columns, `${columns}: ${line}`);
    }
  }
});
