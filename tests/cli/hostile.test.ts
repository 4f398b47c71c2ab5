// Command lines, times, paths and versions that nobody would type, and words of a daemon that no terminal should obey.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { COMMANDS } from '../../src/cli/command-table.js';
import { queryJsonPath } from '../../src/cli/json-path.js';
import { compareVersions } from '../../src/cli/render/debian-version.js';
import { printable, printableLine } from '../../src/cli/render/printable.js';
import { parseTime } from '../../src/cli/time-expression.js';
import { parseDaemonOptions } from '../../src/daemon/options.js';
import { anyJson, nastyText, refusedOrRead, runs } from '../hostile/fuzz.js';
import { runCli } from './run-cli.js';
import { failed, OK } from './scripted-client.js';

const NOW = Date.UTC(2026, 10, 23, 12);

/** What a terminal obeys: escape sequences, carriage returns, turns of direction. */
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

describe('command lines', () => {
  const words = Object.keys(COMMANDS).flatMap((name) => name.split(' '));
  const options = [
    '--json',
    '--limit',
    '--since',
    '--package',
    '--plan',
    '--dry-run',
    '--sysroot',
    '--idempotent',
    '--uid',
    '-h',
    '--',
    '-q',
    '--jsonpath',
    '--peer',
    '--stateroot',
    '--os',
  ];
  const word = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...words) },
    { weight: 3, arbitrary: fc.constantFrom(...options) },
    nastyText,
    nastyText.map((each) => `--limit=${each}`),
    nastyText.map((each) => `--since=${each}`),
  );

  it('end in an exit status and at most one line of error, printable', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (argv) => {
        // that one runs a program and follows what it is told for ever
        if (argv[0] === 'compose' || argv.includes('follow')) return;
        const { status, out, err } = await runCli(argv, {});
        assert.ok([0, 1, 77, 130].includes(status), String(status));
        assert.doesNotMatch(out + err, OBEYED);
        assert.ok(err.split('\n').length <= 2 || !err.startsWith('error'), err);
        assert.doesNotMatch(err, /internal error/);
      }),
      runs(600),
    );
  });

  it('of the daemon are read or refused', () => {
    const daemonWord = fc.oneof(
      nastyText,
      fc.constantFrom('--sysroot', '--peer', '--address', '--journal', '--log-level', '/x', '--help'),
    );
    fc.assert(
      fc.property(fc.array(daemonWord, { maxLength: 5 }), (argv) => {
        refusedOrRead(() => parseDaemonOptions(argv));
      }),
      runs(500),
    );
  });
});

describe('what a daemon or a package says', () => {
  it('reaches the terminal with nothing in it that a terminal obeys', async () => {
    await fc.assert(
      fc.asyncProperty(nastyText, async (text) => {
        const signals = [
          { type: 'progress' as const, progress: { type: 'task-begin' as const, text } },
          { type: 'progress' as const, progress: { type: 'percent' as const, text, percent: 5 } },
          { type: 'progress' as const, progress: { type: 'message' as const, text } },
          { type: 'progress' as const, progress: { type: 'task-end' as const, text } },
        ];
        for (const end of [OK, failed('script-failed', text)]) {
          const { out, err } = await runCli(['install', 'htop'], { signals: [...signals, end] as never });
          assert.doesNotMatch(out + err, OBEYED);
        }
      }),
      runs(150),
    );
  });

  it('is made visible, and nothing else of it is changed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(printable(text), OBEYED);
        assert.doesNotMatch(printableLine(text), /[\n\t]/);
        if (!OBEYED.test(text)) assert.equal(printable(text), text);
      }),
      runs(500),
    );
  });
});

describe('time expressions', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '1h',
      ' ago',
      '-',
      '2026-01-31',
      'T12:00',
      'Z',
      '+99:99',
      '@',
      '9'.repeat(30),
      'yesterday',
      '1.5 ',
      'day',
      '.',
    ),
    nastyText,
  );

  it('are a moment that the journal can be asked for, or refused', () => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 5 }).map((parts) => parts.join('')),
        (text) => {
          const ms = refusedOrRead(() => parseTime(text, NOW));
          if (ms !== null)
            assert.ok(
              Number.isInteger(ms) && ms >= 0 && BigInt.asUintN(64, BigInt(ms)) === BigInt(ms),
              `${text}: ${ms}`,
            );
        },
      ),
      runs(1500),
    );
  });

  it('are read back as they are written', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
        assert.equal(parseTime(date.toISOString(), NOW), date.getTime());
      }),
      runs(300),
    );
  });
});

describe('JSONPath', () => {
  const step = fc.oneof(
    fc.constantFrom('.a', '[0]', '[*]', '.*', "['b']", '[-1]', '.__proto__', '[99999999999999999999]', '..', '['),
    nastyText,
  );

  it('selects or is refused', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), anyJson, (steps, value) => {
        const found = refusedOrRead(() => queryJsonPath(`$${steps.join('')}`, value));
        if (found !== null) assert.doesNotThrow(() => JSON.stringify(found));
      }),
      runs(500),
    );
  });
});

describe('versions', () => {
  const version = fc.oneof(
    fc.stringMatching(/^(\d{1,3}:)?[0-9][A-Za-z0-9.+~]{0,12}(-[A-Za-z0-9.+~]{1,6})?$/),
    nastyText,
  );

  it('are ordered: each equals itself, and two turn round when swapped', () => {
    fc.assert(
      fc.property(version, version, (one, other) => {
        assert.equal(compareVersions(one, one), 0);
        assert.equal(Math.sign(compareVersions(one, other)) + Math.sign(compareVersions(other, one)), 0);
      }),
      runs(500),
    );
  });

  it('are ordered as dpkg orders them', () => {
    const real = fc.stringMatching(/^(\d{1,2}:)?[0-9][a-z0-9.+~]{0,6}(-[0-9][a-z0-9.+~]{0,3})?$/);
    fc.assert(
      fc.property(real, real, (one, other) => {
        const { status } = spawnSync('dpkg', ['--compare-versions', one, 'lt', other]);
        assert.equal(compareVersions(one, other) < 0, status === 0, `${one} ${other}`);
      }),
      runs(60),
    );
  });
});
