// /etc/apt-ostreed.conf, a key file as rpm-ostreed.conf is: which keys there are, and what a file says.

import { existsSync, readFileSync } from 'node:fs';
import { AptOstreeError } from '../model/errors.js';

export const CONFIGURATION_FILE = '/etc/apt-ostreed.conf';

export const LOG_LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

export interface Configuration {
  /** Null for never. */
  readonly idleExitTimeoutMs: number | null;
  readonly lockLayering: boolean;
  readonly logLevel: string;
}

export interface ConfigurationKey {
  readonly default: string;
  /** What a value looks like, for the manual page and for who wrote another one. */
  readonly values: string;
  readonly about: string;
  readonly accepts: (value: string) => boolean;
}

const MAX_SECONDS = 1_000_000;

/** By group and key, in the order of the manual page. */
export const CONFIGURATION_KEYS = {
  Daemon: {
    IdleExitTimeout: {
      default: '60',
      values: `seconds, 0 to ${MAX_SECONDS}`,
      about:
        'How long the daemon stays when no transaction is open and no client is registered. It is started again by the ' +
        'next call, and what waits for a reboot waits in its journal. 0 keeps it running.',
      accepts: (value) => /^\d{1,7}$/.test(value) && Number(value) <= MAX_SECONDS,
    },
    LockLayering: {
      default: 'false',
      values: 'true or false',
      about: 'Refuse to layer packages, whoever asks. Requests there are already are kept and can be dropped.',
      accepts: (value) => value === 'true' || value === 'false',
    },
    LogLevel: {
      default: 'info',
      values: LOG_LEVELS.join(', '),
      about: 'The least important lines that the daemon writes to the system log.',
      accepts: (value) => LOG_LEVELS.includes(value),
    },
  },
} as const satisfies Record<string, Record<string, ConfigurationKey>>;

type KeyName = keyof (typeof CONFIGURATION_KEYS)['Daemon'];
const TABLE: Readonly<Record<string, Readonly<Record<string, ConfigurationKey>>>> = CONFIGURATION_KEYS;

/** What FILE says, or the defaults where it is not there. @throws invalid-configuration, naming file and line */
export function readConfiguration(file: string): Configuration {
  return parseConfiguration(existsSync(file) ? readFileSync(file, 'utf8') : '', file);
}

/** @throws invalid-configuration */
export function parseConfiguration(text: string, file: string): Configuration {
  const values = new Map<string, string>();
  let group: string | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const wrong = (reason: string) => invalid(`${file}, line ${index + 1}: ${reason}`);
    const said = line.trim();
    if (said === '' || said.startsWith('#')) continue;
    const heading = /^\[([^[\]]+)\]$/.exec(said)?.[1];
    if (heading === undefined) {
      const [key, value] = assignment(said, group, wrong);
      if (values.has(key)) throw wrong(`${key} is set twice`);
      values.set(key, value);
    } else if (Object.hasOwn(TABLE, heading)) group = heading;
    else throw wrong(`unknown group [${heading}], there is [${Object.keys(TABLE).join('], [')}]`);
  }
  const setting = (key: KeyName) => values.get(key) ?? CONFIGURATION_KEYS.Daemon[key].default;
  const seconds = Number(setting('IdleExitTimeout'));
  return {
    idleExitTimeoutMs: seconds === 0 ? null : seconds * 1000,
    lockLayering: setting('LockLayering') === 'true',
    logLevel: setting('LogLevel'),
  };
}

/** `Key = value` of a group; blanks around both do not count. */
function assignment(
  said: string,
  group: string | null,
  wrong: (reason: string) => AptOstreeError,
): readonly [string, string] {
  const [, key, value] = /^([^=]*?)\s*=\s*(.*)$/.exec(said) ?? [];
  if (key === undefined || value === undefined) throw wrong(`${JSON.stringify(said)} is neither [Group] nor Key=value`);
  if (group === null) throw wrong(`${key} stands before any [Group]`);
  const keys = TABLE[group] ?? {};
  const known = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (known === undefined)
    throw wrong(`unknown key ${JSON.stringify(key)} in [${group}], there are ${Object.keys(keys).join(', ')}`);
  if (!known.accepts(value)) throw wrong(`${key} cannot be ${JSON.stringify(value)}: ${known.values}`);
  return [key, value];
}

function invalid(reason: string): AptOstreeError {
  return new AptOstreeError('invalid-configuration', `cannot read the configuration: ${reason}`);
}
