import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfiguration } from '../../src/daemon/configuration.js';
import { Settings } from '../../src/daemon/settings.js';
import { shippedConfiguration } from '../../src/manual/configuration-page.js';
import { parseRequest } from '../../src/model/request.js';

const DEFAULTS = { idleExitTimeoutMs: 60_000, lockLayering: false, logLevel: 'info' };
const FILE = '/etc/apt-ostreed.conf';

test('an empty file, and the one that is shipped, are the defaults', () => {
  assert.deepEqual(parseConfiguration('', FILE), DEFAULTS);
  assert.deepEqual(parseConfiguration(shippedConfiguration(), FILE), DEFAULTS);
  // the shipped values are the defaults, too, when somebody takes the comment signs away
  assert.deepEqual(parseConfiguration(shippedConfiguration().replace(/^#(?=\w)/gm, ''), FILE), DEFAULTS);
});

test('keys are read as rpm-ostreed.conf has them: blanks, comments, 0 for never', () => {
  const text = '# mine\n\n[Daemon]\n  IdleExitTimeout = 0\n\n# quiet\nLogLevel=warn\nLockLayering =true\n';
  assert.deepEqual(parseConfiguration(text, FILE), { idleExitTimeoutMs: null, lockLayering: true, logLevel: 'warn' });
});

const WRONG: readonly (readonly [string, string])[] = [
  [
    '[Daemon]\nIdleExit=3\n',
    'line 2: unknown key "IdleExit" in [Daemon], there are IdleExitTimeout, LockLayering, LogLevel',
  ],
  ['[Daemon]\n\nIdleExitTimeout=-1\n', 'line 3: IdleExitTimeout cannot be "-1": seconds, 0 to 1000000'],
  ['[Daemon]\nIdleExitTimeout=1e3', 'line 2: IdleExitTimeout cannot be "1e3": seconds, 0 to 1000000'],
  ['[Daemon]\nIdleExitTimeout=2000000', 'line 2: IdleExitTimeout cannot be "2000000": seconds, 0 to 1000000'],
  ['[Daemon]\nLockLayering=yes', 'line 2: LockLayering cannot be "yes": true or false'],
  ['[Daemon]\nLogLevel=', 'line 2: LogLevel cannot be "": debug, info, warn, error, silent'],
  ['[Daemon]\nLogLevel=info\nLogLevel=warn', 'line 3: LogLevel is set twice'],
  ['LogLevel=info', 'line 1: LogLevel stands before any [Group]'],
  ['[Demon]\n', 'line 1: unknown group [Demon], there is [Daemon]'],
  ['[Daemon]\nLogLevel\n', 'line 2: "LogLevel" is neither [Group] nor Key=value'],
  [
    '[Daemon]\ntoString=1\n',
    'line 2: unknown key "toString" in [Daemon], there are IdleExitTimeout, LockLayering, LogLevel',
  ],
];

for (const [text, reason] of WRONG)
  test(`refused in one line: ${reason}`, () => {
    assert.throws(() => parseConfiguration(text, FILE), {
      code: 'invalid-configuration',
      message: `cannot read the configuration: ${FILE}, ${reason}`,
    });
  });

test('a reload that fails leaves what was in force', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'configuration-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'apt-ostreed.conf');
  const settings = new Settings(file);
  assert.deepEqual(settings.present, DEFAULTS, 'a file that is not there is no error');
  let told = 0;
  settings.onReload(() => {
    told += 1;
  });
  writeFileSync(file, '[Daemon]\nLogLevel=debug\n');
  settings.reload();
  assert.equal(settings.present.logLevel, 'debug');
  writeFileSync(file, '[Daemon]\nLogLevel=loud\n');
  assert.throws(() => settings.reload(), { code: 'invalid-configuration' });
  assert.deepEqual([settings.present.logLevel, told], ['debug', 1]);
});

test('locked layering refuses what adds packages, and nothing else', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'configuration-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'apt-ostreed.conf');
  writeFileSync(file, '[Daemon]\nLockLayering=true\n');
  const settings = new Settings(file);
  const admit = (request: object) => settings.admit(parseRequest({ stateroot: 'debian', ...request }));
  const refusal = { code: 'not-authorized', message: `cannot install: LockLayering is set in ${file}` };
  assert.throws(() => admit({ kind: 'install', add: ['htop'] }), refusal);
  assert.throws(() => admit({ kind: 'install', local: ['/root/tool.deb'] }), refusal);
  admit({ kind: 'install', add: ['htop'], dryRun: true });
  admit({ kind: 'uninstall', remove: ['htop'] });
  admit({ kind: 'rollback' });
});
