import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dpkgFailure } from '../../src/apt/dpkg-failure.js';
import { ScriptLog } from '../../src/apt/script-log.js';

/** One line every 10 ms. */
function feed(lines: readonly string[]): ScriptLog {
  const log = new ScriptLog();
  for (const [index, line] of lines.entries()) log.add(line, index * 10);
  return log;
}

test('gives each package and phase its own output, time and status', () => {
  const log = feed([
    'Selecting previously unselected package one.',
    'Preparing to unpack .../one.deb ...',
    'processing: install: one',
    'from preinst',
    'Unpacking one (1.0) ...',
    'status: one: unpacked',
    'processing: configure: one:amd64',
    'Setting up one (1.0) ...',
    'without a newprocessing: trigproc: man-db',
  ]);
  assert.deepEqual(log.reports(), [
    { package: 'one', phase: 'unpack', durationMs: 40, exitStatus: 0, output: 'from preinst\n' },
    { package: 'one', phase: 'configure', durationMs: 20, exitStatus: 0, output: '' },
    { package: 'man-db', phase: 'trigproc', durationMs: 0, exitStatus: 0, output: '' },
  ]);
});

test('keeps only the end of what a script prints', () => {
  const log = feed(['processing: configure: loud', ...Array.from({ length: 500 }, (_, index) => `line ${index}`)]);
  const output = log.reports()[0]?.output ?? '';
  assert.ok(output.length <= 2000 && output.endsWith('line 499\n'));
});

test('turns a failed script into an error with its last words', () => {
  const log = feed([
    'processing: configure: one',
    'Setting up one (1.0) ...',
    'could not do it',
    'dpkg: error processing package one (--configure):',
    ' installed one package post-installation script subprocess returned error exit status 7',
    'status: one : error : installed one package post-installation script subprocess returned error exit status 7',
    'Errors were encountered while processing:',
  ]);
  const error = dpkgFailure(log, 'Errors were encountered');
  assert.equal(error.code, 'script-failed');
  assert.equal(
    error.message,
    'cannot configure one: its post-installation script ended with exit status 7; its last words: could not do it',
  );
  assert.equal(log.reports()[0]?.exitStatus, 7);
});

test('turns an overwritten file into a conflict that names it', () => {
  const log = feed([
    'processing: install: one',
    "status: /x/one.deb : error : trying to overwrite '/usr/bin/x', which is also in package two 1.0",
  ]);
  const error = dpkgFailure(log, '');
  assert.deepEqual(
    [error.code, error.message],
    ['file-conflict', 'cannot unpack one: /usr/bin/x is also in package two'],
  );
});

test('gives the last line where dpkg named no package', () => {
  assert.equal(dpkgFailure(feed([]), 'dpkg: no disk').message, 'cannot install packages: dpkg: no disk');
});
