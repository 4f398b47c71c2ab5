// The daemon's own command line; users meet it only through units and `--peer`.

import { parseArgs } from 'node:util';
import { AptOstreeError } from '../model/errors.js';
import { isStepKind, type StepKind } from '../model/steps.js';
import { parseBootId } from '../system/boot-id.js';
import { CONFIGURATION_FILE, LOG_LEVELS } from './configuration.js';

export interface DaemonOptions {
  /** Absolute path of the sysroot served. */
  readonly sysroot: string;
  /** Serve one private client at `address` and end with it, without bus and polkit. */
  readonly peer: boolean;
  /** `unix:path=PATH` for a private client. */
  readonly address: string | null;
  readonly journal: string | null;
  readonly socketDirectory: string;
  /** Null for the file that goes with the sysroot. */
  readonly config: string | null;
  /** Null for the kernel's. */
  readonly bootId: string | null;
  /** Null for the configuration's. */
  readonly logLevel: string | null;
  /** Deadlines of steps that are not those of the table. */
  readonly deadlinesMs: ReadonlyMap<StepKind, number>;
  readonly help: boolean;
}

interface OptionRow {
  /** What stands for its value; null for a switch. */
  readonly value: string | null;
  readonly about: string;
}

/** In the order of --help and of the manual page. */
export const DAEMON_OPTIONS = {
  sysroot: { value: 'PATH', about: 'the sysroot to serve (default: /)' },
  config: { value: 'FILE', about: `configuration (default: ${CONFIGURATION_FILE} for the sysroot /, else none)` },
  journal: { value: 'PATH', about: "journal database (default: below the sysroot's /var/lib/apt-ostree)" },
  'socket-directory': { value: 'PATH', about: 'private sockets of transactions (default: /run/apt-ostree)' },
  peer: { value: null, about: 'serve one private client, without bus and polkit, and end with it' },
  address: { value: 'ADDRESS', about: 'where to wait for a private client: unix:path=PATH' },
  deadline: { value: 'STEP=SECONDS', about: 'another deadline of a step, as for a slow machine; can be repeated' },
  'boot-id': { value: 'ID', about: "the boot that this is (default: the kernel's word)" },
  'log-level': { value: 'LEVEL', about: `${LOG_LEVELS.join(', ')} (default: the configuration's; silent with --peer)` },
  help: { value: null, about: 'show this' },
} as const satisfies Record<string, OptionRow>;

export const USAGE = `Usage: apt-ostreed [OPTION…]

Serves a sysroot on the system bus (or the one DBUS_SYSTEM_BUS_ADDRESS names) as org.projectatomic.aptostree1.

${optionLines()}
`;

/** @throws invalid-argument */
export function parseDaemonOptions(args: readonly string[]): DaemonOptions {
  const { values } = parsed(args);
  const options: DaemonOptions = {
    sysroot: values.sysroot ?? '/',
    peer: values.peer ?? false,
    address: values.address ?? null,
    journal: values.journal ?? null,
    socketDirectory: values['socket-directory'] ?? '/run/apt-ostree',
    config: values.config ?? null,
    bootId: values['boot-id'] === undefined ? null : parseBootId(values['boot-id']),
    // a private daemon speaks to a person, through its client
    logLevel: values['log-level'] ?? (values.peer === true ? 'silent' : null),
    deadlinesMs: new Map((values.deadline ?? []).map(parseDeadline)),
    help: values.help ?? false,
  };
  if (!options.sysroot.startsWith('/'))
    throw new AptOstreeError(
      'invalid-argument',
      `cannot serve ${JSON.stringify(options.sysroot)}: not an absolute path`,
    );
  if (options.logLevel !== null && !LOG_LEVELS.includes(options.logLevel))
    throw new AptOstreeError(
      'invalid-argument',
      `cannot log at ${JSON.stringify(options.logLevel)}: ${LOG_LEVELS.join(', ')}`,
    );
  if (options.peer && options.address === null)
    throw new AptOstreeError('invalid-argument', 'cannot serve a private client: --peer needs --address');
  return options;
}

function parseDeadline(text: string): readonly [StepKind, number] {
  const [, kind = '', seconds] = /^([a-z.]+)=(\d{1,6})$/.exec(text) ?? [];
  if (!isStepKind(kind) || Number(seconds) === 0)
    throw new AptOstreeError(
      'invalid-argument',
      `cannot use ${JSON.stringify(text)} as a deadline: give STEP=SECONDS, as tree.assemble=600`,
    );
  return [kind, Number(seconds) * 1000];
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        sysroot: { type: 'string' },
        config: { type: 'string' },
        journal: { type: 'string' },
        'socket-directory': { type: 'string' },
        peer: { type: 'boolean' },
        address: { type: 'string' },
        'boot-id': { type: 'string' },
        'log-level': { type: 'string' },
        deadline: { type: 'string', multiple: true },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    const [reason] = error instanceof Error ? error.message.split('. ') : [''];
    throw new AptOstreeError('invalid-argument', `cannot start: ${reason}; see apt-ostreed --help`, { cause: error });
  }
}

function optionLines(): string {
  const rows = Object.entries(DAEMON_OPTIONS).map(([name, { value, about }]) => [
    `--${name}${value === null ? '' : ` ${value}`}`,
    about,
  ]);
  const width = Math.max(...rows.map(([spelling = '']) => spelling.length));
  return rows.map(([spelling = '', about]) => `  ${spelling.padEnd(width)}  ${about}`).join('\n');
}
