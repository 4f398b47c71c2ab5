// The client's public face: what the command line asks of apt-ostreed, on the bus or on a private connection.

import { lstatSync } from 'node:fs';
import { BUS_NAME } from '../dbus/names.js';
import { AptOstreeError, type ErrorCode, failureOf } from '../model/errors.js';
import type { SomeFacts } from '../model/facts.js';
import type { Progress } from '../model/progress.js';
import type { Request } from '../model/request.js';
import type { StepKind } from '../model/steps.js';
import type { BootOutcome, TransactionId, TransactionState } from '../model/transaction.js';
import { socketPathOf } from './bus-address.js';
import { Daemon } from './daemon.js';
import type { JournalClient } from './journal.js';
import { PeerDaemon } from './peer-daemon.js';
import { RemoteClient } from './remote-client.js';
import { WireConnection } from './wire-connection.js';

/** A request as a user states it: the stateroot may be left to the daemon (null), and so may every option. */
export type ClientRequest = Loose<Request>;
type Loose<R extends Request> = R extends Request
  ? { readonly kind: R['kind']; readonly stateroot: string | null } & Partial<Omit<R, 'kind' | 'stateroot'>>
  : never;

export interface Client {
  status(): Promise<Status>;
  /** Opens a transaction, or joins the same one; it runs only once started. @throws any code of submit; not-authorized */
  begin(request: ClientRequest): Promise<TransactionHandle>;
  /** The kernel arguments of a deployment: by index or id, or, for an empty string, of the one that boots next. @throws no-such-deployment */
  kernelArguments(of: { readonly stateroot: string | null; readonly deployment: string }): Promise<string>;
  /** The transaction that is created or running. */
  active(): Promise<TransactionHandle | null>;
  /** The active transaction or one that ended lately. @throws no-such-transaction */
  transaction(id: string): Promise<TransactionHandle>;
  readonly journal: JournalClient;
  /** Has the daemon read its configuration and the sysroot again. @throws not-authorized, invalid-configuration */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface TransactionHandle {
  readonly id: TransactionId;
  readonly title: string;
  /** True when this call started it, false when it had been started before. */
  start(): Promise<boolean>;
  cancel(): Promise<void>;
  /** From now on, ending with `finished`; a transaction that has ended gives just that. @throws daemon-unreachable */
  events(): AsyncIterable<TransactionSignal>;
  properties(): Promise<TransactionProperties>;
}

export type TransactionSignal =
  | Progress
  | {
      readonly type: 'state';
      readonly state: TransactionState;
      readonly step: StepKind | null;
      readonly stepIndex: number;
      readonly stepCount: number;
    }
  | Finished;

export interface Finished {
  readonly type: 'finished';
  readonly ok: boolean;
  /** One line; empty when ok. */
  readonly message: string;
  /** D-Bus error name; empty when ok. */
  readonly errorName: string;
  /** The same as a code of the error table; null when ok. */
  readonly code: ErrorCode | null;
}

export interface TransactionProperties {
  readonly id: TransactionId;
  readonly title: string;
  readonly initiatingClient: string;
  readonly state: TransactionState;
  readonly step: StepKind | null;
  readonly stepIndex: number;
  readonly stepCount: number;
  readonly progressPercent: number;
  readonly booted: 'pending' | BootOutcome | null;
  readonly errorCode: ErrorCode | null;
  readonly errorMessage: string;
  /** One line when it ended without a change. */
  readonly unchanged: string | null;
  readonly report: TransactionReport;
}

/** The facts of a transaction that are of use to whoever asked for it. */
export type TransactionReport = Pick<
  SomeFacts,
  | 'revision'
  | 'update'
  | 'baseUpgrade'
  | 'refreshed'
  | 'resolution'
  | 'fetched'
  | 'impact'
  | 'commit'
  | 'deployment'
  | 'order'
  | 'removed'
  | 'pruned'
>;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Plain JSON in the shape of `rpm-ostree status --json`, and a little more. */
export interface Status {
  /** The sysroot served. */
  readonly path: string;
  readonly deployments: readonly DeploymentStatus[];
  /** Method, sender and object path of the active transaction. */
  readonly transaction: readonly [string, string, string] | null;
  readonly 'cached-update': Json;
  readonly 'automatic-update-policy': string;
}

/** rpm-ostree's deployment dictionary. */
export interface DeploymentStatus {
  readonly id: string;
  readonly osname: string;
  readonly serial: number;
  readonly checksum: string;
  readonly booted: boolean;
  readonly staged: boolean;
  readonly pinned: boolean;
  readonly unlocked: string;
  /** Seconds since 1970 of the commit. */
  readonly timestamp: number;
  readonly 'requested-packages': readonly string[];
  readonly 'requested-local-packages': readonly string[];
  readonly packages: readonly string[];
  /** Id of the transaction that wrote it, where one did. */
  readonly transaction?: string;
  readonly version?: string;
  /** The refspec followed. */
  readonly origin?: string;
  readonly 'base-checksum'?: string;
  readonly 'base-version'?: string;
  readonly 'base-timestamp'?: number;
  readonly 'finalization-locked'?: boolean;
  readonly 'regenerate-initramfs'?: boolean;
  readonly 'initramfs-args'?: readonly string[];
  readonly [key: string]: Json | undefined;
}

export interface ConnectOptions {
  /** The sysroot wanted, or null for whichever the daemon serves. */
  readonly sysroot: string | null;
  /** Use a private daemon for this one command, without bus and polkit. */
  readonly peer: boolean;
  /** How this client names itself, e.g. `cli`. */
  readonly clientId: string;
  readonly commandLine: string;
  /** Path of apt-ostreed, for a private daemon. */
  readonly daemonProgram: string;
}

/**
 * A private daemon where one is asked for, or where a sysroot is named and no bus is; else the one on the bus.
 * @throws daemon-unreachable, not-authorized, invalid-sysroot when the daemon serves another one
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const isPrivate = options.peer || (options.sysroot !== null && process.env['DBUS_SYSTEM_BUS_ADDRESS'] === undefined);
  return isPrivate ? connectPrivate(options) : connectBus(options);
}

async function connectPrivate(options: ConnectOptions): Promise<Client> {
  const daemon = await PeerDaemon.start(options.daemonProgram, options.sysroot ?? '/');
  return new RemoteClient(new Daemon(daemon.connection, null), options, () => daemon.end());
}

async function connectBus(options: ConnectOptions): Promise<Client> {
  const given = process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  // a link into /sysroot, which not everybody may look into
  if (given === undefined && lstatSync('/ostree', { throwIfNoEntry: false }) === undefined) throw notOstree();
  const path = socketPathOf(given ?? 'unix:path=/run/dbus/system_bus_socket');
  const connection = await WireConnection.open(path).catch((error: unknown) => {
    throw busUnreachable(path, error);
  });
  const daemon = new Daemon(connection, BUS_NAME);
  const client = new RemoteClient(daemon, options, async () => undefined);
  try {
    await daemon.hello();
    if (options.sysroot !== null) await client.expectSysroot(options.sysroot);
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}

/** To a user a missing bus is a state of the machine, not a bug of ours. */
function busUnreachable(path: string, error: unknown): AptOstreeError {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  const reason =
    code === 'ENOENT' || code === 'ECONNREFUSED'
      ? `nothing listens at ${path}; as root, --peer works without a bus`
      : failureOf(error).message;
  return new AptOstreeError('daemon-unreachable', `cannot reach the system bus: ${reason}`, { cause: error });
}

/** systemd would not start the daemon, and the bus would wait for it. */
function notOstree(): AptOstreeError {
  return new AptOstreeError(
    'daemon-unreachable',
    'cannot reach apt-ostreed: this is not an OSTree system, there is no /ostree; a sysroot elsewhere is named with --sysroot',
  );
}
