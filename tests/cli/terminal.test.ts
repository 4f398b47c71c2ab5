import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes } from '../../src/cli/render/bytes.js';
import { printable, printableLine } from '../../src/cli/render/printable.js';
import { formatDuration } from '../../src/cli/render/time.js';
import { terminalOf } from '../../src/cli/terminal.js';

const tty = { isTTY: true, columns: 120, write: () => true };

test('a terminal is coloured unless NO_COLOR is set', () => {
  assert.equal(terminalOf(tty, {}).style.bold('x'), '\x1b[1mx\x1b[22m');
  assert.equal(terminalOf(tty, { NO_COLOR: '' }).style.bold('x'), '\x1b[1mx\x1b[22m');
  assert.equal(terminalOf(tty, { NO_COLOR: '1' }).style.bold('x'), 'x');
});

test('a pipe and a dumb terminal get neither colour nor redrawn lines', () => {
  for (const terminal of [terminalOf({ write: () => true }, {}), terminalOf(tty, { TERM: 'dumb' })]) {
    assert.equal(terminal.isTTY, false);
    assert.equal(terminal.style.red('x'), 'x');
  }
});

test('the width is asked anew, and never absurd', () => {
  const stream = { ...tty, columns: 100 };
  const terminal = terminalOf(stream, {});
  assert.equal(terminal.columns(), 100);
  stream.columns = 1;
  assert.equal(terminal.columns(), 20);
});

test('sizes have a unit and one decimal', () => {
  const cases = {
    0: '0 bytes',
    1: '1 byte',
    999: '999 bytes',
    1000: '1.0 kB',
    999949: '999.9 kB',
    999950: '1.0 MB',
    27000000: '27.0 MB',
    4300000000: '4.3 GB',
  };
  for (const [bytes, text] of Object.entries(cases)) assert.equal(formatBytes(Number(bytes)), text);
  assert.equal(formatBytes(-1500), '-1.5 kB');
});

test('durations fit their size', () => {
  const cases = {
    0: '0 ms',
    999: '999 ms',
    1000: '1.0 s',
    59949: '59.9 s',
    59950: '1 min 00 s',
    125000: '2 min 05 s',
    3599600: '1 h 00 min',
    3720000: '1 h 02 min',
  };
  for (const [ms, text] of Object.entries(cases)) assert.equal(formatDuration(Number(ms)), text);
});

test('control characters become visible', () => {
  assert.equal(printable('a\x1b[2Jb\r\n\tc\x07\x9b'), 'a\\x1b[2Jb\\x0d\n\tc\\x07\\x9b');
  assert.equal(printableLine('a\n\tb'), 'a\\x0a\\x09b');
});
