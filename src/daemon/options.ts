// The daemon's own command line; users meet it only through units and `--peer`.

import { parseArgs } from 'node:util';
import { AptOstreeError } from '../model/errors.js';
import { isStepKind, type StepKind } from '../model/steps.js';

export interface DaemonOptions {
  /** Absolute path of the sysroot served. */
  readonly sysroot: string;
  /** Serve one private client at `address` and end with it, without bus and polkit. */
  readonly peer: boolean;
  /** `unix:path=PATH` for a private client. */
  readonly address: string | null;
  readonly journal: string | null;
  readonly socketDirectory: string;
  readonly logLevel: string;
  /** Deadlines of steps that are not those of the table. */
  readonly deadlinesMs: ReadonlyMap<StepKind, number>;
  readonly help: boolean;
}

export const USAGE = `Usage: apt-ostreed [OPTIONS]

Serves a sysroot on the system bus (or the one DBUS_SYSTEM_BUS_ADDRESS names) as org.projectatomic.aptostree1.

  --sysroot PATH            the sysroot to serve (default: /)
  --journal PATH            journal database (default: below the sysroot's /var/lib/apt-ostree)
  --socket-directory PATH   private sockets of transactions (default: /run/apt-ostree)
  --peer --address ADDRESS  serve one private client at unix:path=PATH, then end
  --deadline STEP=SECONDS   another deadline of a step, as for a slow machine; can be repeated
  --log-level LEVEL         debug, info, warn, error or silent (default: info; silent with --peer)
  --help                    show this
`;

const LOG_LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** @throws invalid-argument */
export function parseDaemonOptions(args: readonly string[]): DaemonOptions {
  const { values } = parsed(args);
  const options: DaemonOptions = {
    sysroot: values.sysroot ?? '/',
    peer: values.peer ?? false,
    address: values.address ?? null,
    journal: values.journal ?? null,
    socketDirectory: values['socket-directory'] ?? '/run/apt-ostree',
    // a private daemon speaks to a person, through its client
    logLevel: values['log-level'] ?? (values.peer === true ? 'silent' : 'info'),
    deadlinesMs: new Map((values.deadline ?? []).map(parseDeadline)),
    help: values.help ?? false,
  };
  if (!options.sysroot.startsWith('/'))
    throw new AptOstreeError(
      'invalid-argument',
      `cannot serve ${JSON.stringify(options.sysroot)}: not an absolute path`,
    );
  if (!LOG_LEVELS.includes(options.logLevel))
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
        journal: { type: 'string' },
        'socket-directory': { type: 'string' },
        peer: { type: 'boolean' },
        address: { type: 'string' },
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
