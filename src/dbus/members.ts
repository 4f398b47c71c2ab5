// Our interfaces as one table: dispatch, introspection, projections and documentation come from it.

import { JOURNAL, OS, SYSROOT, TRANSACTION } from './names.js';
import type { VarDict } from './wire/value.js';

/** Argument names and their signatures, in order. */
type Arguments = Readonly<Record<string, keyof ValueTypes>>;

export interface InterfaceDefinition {
  readonly name: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
  readonly properties: Readonly<Record<string, PropertyDefinition>>;
  readonly signals: Readonly<Record<string, SignalDefinition>>;
}

export interface MethodDefinition {
  readonly in: Arguments;
  readonly out: Arguments;
  readonly about: string;
}

export interface PropertyDefinition {
  readonly type: keyof ValueTypes;
  /** What PropertiesChanged tells: the new value, only that it changed, or nothing (it changes all the time). */
  readonly emits: 'value' | 'invalidates' | 'nothing';
  readonly about: string;
}

export interface SignalDefinition {
  readonly arguments: Arguments;
  readonly about: string;
}

/** The value in memory of each signature that the table uses. */
export interface ValueTypes {
  s: string;
  o: string;
  b: boolean;
  u: number;
  t: bigint;
  as: readonly string[];
  'a{sv}': VarDict;
  'aa{sv}': readonly VarDict[];
  '(sss)': readonly [string, string, string];
  '(tt)': readonly [bigint, bigint];
  '(uu)': readonly [number, number];
  '(uuu)': readonly [number, number, number];
  '(uuut)': readonly [number, number, number, bigint];
}

export type ValuesOf<A extends Arguments> = { readonly [Name in keyof A]: ValueTypes[A[Name]] };

const ADDRESS = { transaction_address: 's' } as const;

export const SYSROOT_INTERFACE = {
  name: SYSROOT,
  methods: {
    RegisterClient: {
      in: { options: 'a{sv}' },
      out: {},
      about: 'Names the caller. Options: id s, initiating-command-line s.',
    },
    UnregisterClient: { in: { options: 'a{sv}' }, out: {}, about: 'Forgets the caller. No options.' },
    Reload: { in: {}, out: {}, about: 'Reads the sysroot again.' },
    ReloadConfig: { in: {}, out: {}, about: 'Reads configuration and sysroot again; needs reload-daemon.' },
    GetOS: {
      in: { name: 's' },
      out: { object_path: 'o' },
      about: 'The OS object of a stateroot; of the booted one, or else the default one, for an empty name.',
    },
  },
  properties: {
    Booted: { type: 'o', emits: 'value', about: 'The booted OS object, or / when not booted into the sysroot.' },
    Path: { type: 's', emits: 'value', about: 'Path of the sysroot.' },
    ActiveTransaction: { type: '(sss)', emits: 'value', about: 'Method, sender and object path; empty when idle.' },
    ActiveTransactionPath: { type: 's', emits: 'value', about: 'Address of its private socket; empty when idle.' },
    Deployments: { type: 'aa{sv}', emits: 'value', about: 'All deployments in boot order.' },
    AutomaticUpdatePolicy: { type: 's', emits: 'value', about: 'none.' },
  },
  signals: {},
} as const satisfies InterfaceDefinition;

export const OS_INTERFACE = {
  name: OS,
  methods: {
    Deploy: {
      in: { revision: 's', options: 'a{sv}' },
      out: ADDRESS,
      about: 'Deploys a checksum, revision=CHECKSUM, version=VERSION or VERSION.',
    },
    Upgrade: {
      in: { options: 'a{sv}' },
      out: ADDRESS,
      about:
        'Takes the newest base of the branch that is followed, with the layered packages on it. Options: check-only b, ' +
        'allow-downgrade b, cache-only b, download-only b, lock-finalization b, reboot b.',
    },
    Rebase: {
      in: { options: 'a{sv}', refspec: 's', packages: 'as' },
      out: ADDRESS,
      about:
        'Follows another branch from now on; no packages. Options as of Upgrade, but check-only and allow-downgrade.',
    },
    Rollback: { in: { options: 'a{sv}' }, out: ADDRESS, about: 'Makes the rollback deployment the default one.' },
    PkgChange: {
      in: { options: 'a{sv}', packages_added: 'as', packages_removed: 'as' },
      out: ADDRESS,
      about: 'Changes the requested packages and applies all of them to the base.',
    },
    UpdateDeployment: {
      in: { modifiers: 'a{sv}', options: 'a{sv}' },
      out: ADDRESS,
      about:
        'Modifiers: install-packages as, uninstall-packages as, install-local-package-paths as (absolute, read with the ' +
        "caller's rights), set-revision s.",
    },
    Cleanup: {
      in: { elements: 'as' },
      out: ADDRESS,
      about: 'Elements: base, pending-deploy, rollback-deploy, repomd.',
    },
    RefreshMd: { in: { options: 'a{sv}' }, out: ADDRESS, about: 'Refreshes the package indexes. Options: force b.' },
    KernelArgs: {
      in: {
        existing_kernel_arg_string: 's',
        kernel_args_added: 'as',
        kernel_args_replaced: 'as',
        kernel_args_removed: 'as',
        options: 'a{sv}',
      },
      out: ADDRESS,
      about:
        'Changes kernel arguments: the line given, or that of the default deployment for an empty string. Options: ' +
        'append-if-missing as, delete-if-present as, final-kernel-args s (in place of the line given), reboot b, lock-finalization b.',
    },
    SetInitramfsState: {
      in: { regenerate: 'b', args: 'as', options: 'a{sv}' },
      out: ADDRESS,
      about:
        "Whether an initramfs is made on this machine, with arguments of dracut, or the base's is used. Options: reboot b, " +
        'lock-finalization b.',
    },
    FinalizeDeployment: {
      in: { options: 'a{sv}' },
      out: ADDRESS,
      about:
        'Unlocks the staged deployment and reboots into it. Options: checksum s (expected to be staged) or ' +
        'allow-missing-checksum b, allow-unlocked b, reboot b (true unless given).',
    },
    SetPinned: {
      in: { deployment: 's', pinned: 'b', options: 'a{sv}' },
      out: ADDRESS,
      about:
        'Keeps a deployment, given by index or id, until it is unpinned. No options but initiating-command-line s.',
    },
    GetDeploymentBootConfig: {
      in: { deployment: 's', is_pending: 'b' },
      out: { bootconfig: 'a{sv}' },
      about: 'Boot entry of a deployment, given by index or id; of the pending or booted one for an empty string.',
    },
  },
  properties: {
    BootedDeployment: { type: 'a{sv}', emits: 'value', about: 'Empty when it is not booted.' },
    DefaultDeployment: { type: 'a{sv}', emits: 'value', about: 'The one that boots next.' },
    RollbackDeployment: { type: 'a{sv}', emits: 'value', about: 'The one that a rollback makes the default.' },
    CachedUpdate: { type: 'a{sv}', emits: 'value', about: 'Empty: no update is looked for.' },
    HasCachedUpdateAptDiff: { type: 'b', emits: 'value', about: 'Whether CachedUpdate holds a package diff.' },
    Name: { type: 's', emits: 'value', about: 'Name of the stateroot.' },
  },
  signals: {},
} as const satisfies InterfaceDefinition;

export const TRANSACTION_INTERFACE = {
  name: TRANSACTION,
  methods: {
    Start: { in: {}, out: { started: 'b' }, about: 'False when it had been started before.' },
    Cancel: { in: {}, out: {}, about: 'Asks for its end; allowed to owner, root and whoever may begin it.' },
  },
  properties: {
    Title: { type: 's', emits: 'value', about: 'The command line that began it, or a summary.' },
    InitiatingClientDescription: { type: 's', emits: 'value', about: 'Who began it.' },
    Id: { type: 's', emits: 'value', about: '32 hex digits.' },
    State: {
      type: 's',
      emits: 'value',
      about: 'Created, InProgress, Committed, Failed, RolledBack or Cancelled.',
    },
    Step: { type: 's', emits: 'value', about: 'Kind of the step being done or undone; empty between steps.' },
    StepIndex: { type: 'u', emits: 'value', about: 'From 0.' },
    StepCount: { type: 'u', emits: 'value', about: 'Steps of the plan.' },
    Progress: { type: 'u', emits: 'nothing', about: 'Percent of the present task.' },
    Booted: {
      type: 's',
      emits: 'value',
      about: 'Fate of a staged deployment: pending, booted-it, booted-another, superseded, lost; empty without one.',
    },
    ErrorName: { type: 's', emits: 'value', about: 'D-Bus error name; empty unless it failed.' },
    ErrorMessage: { type: 's', emits: 'value', about: 'One line; empty unless it failed.' },
    Unchanged: { type: 's', emits: 'value', about: 'Why there was nothing to do, in one line; else empty.' },
    Report: {
      type: 's',
      emits: 'invalidates',
      about: 'JSON: impact, resolution (unless very long), deployment … as far as known.',
    },
  },
  signals: {
    Finished: { arguments: { success: 'b', error_message: 's' }, about: 'The last signal; properties are fresh.' },
    Message: { arguments: { text: 's' }, about: 'A line for the user.' },
    TaskBegin: { arguments: { text: 's' }, about: 'A task begins.' },
    TaskEnd: { arguments: { text: 's' }, about: 'The task is done.' },
    PercentProgress: { arguments: { text: 's', percentage: 'u' }, about: 'Progress of the task.' },
    DownloadProgress: {
      arguments: {
        time: '(tt)',
        outstanding: '(uu)',
        metadata: '(uuu)',
        delta: '(uuut)',
        content: '(uu)',
        transfer: '(tt)',
      },
      about:
        'Start in µs since 1970 and elapsed seconds; fetches and writes outstanding; zeros; total bytes as the last of ' +
        'delta; files fetched and wanted; bytes and bytes per second.',
    },
    ProgressEnd: { arguments: {}, about: 'The progress shown is over.' },
  },
} as const satisfies InterfaceDefinition;

const JOURNAL_FILTER =
  'Filter: since t and until t (ms since 1970), uid u, package s, kind s, outcome s, limit u (at most 1000)';

export const JOURNAL_INTERFACE = {
  name: JOURNAL,
  methods: {
    ListTransactions: {
      in: { filter: 'a{sv}' },
      out: { transactions: 'as' },
      about: `Newest first, each as JSON. ${JOURNAL_FILTER}.`,
    },
    ListEvents: {
      in: { filter: 'a{sv}' },
      out: { events: 'as' },
      about:
        `Oldest first unless newest-first, each as JSON. ${JOURNAL_FILTER}, transaction s, after t, newest-first b. ` +
        'Fewer than limit when they would be too long for a message.',
    },
    Verify: {
      in: {},
      out: { ok: 'b', result: 's' },
      about:
        'Checks the chain of hashes, and derived tables against the events, which they are made from anew where they ' +
        'differ; the result is JSON.',
    },
    Prune: {
      in: { options: 'a{sv}' },
      out: { result: 's' },
      about:
        'Takes the oldest transactions away, but none that is open or named by a deployment; needs cleanup. Options: ' +
        'keep u (the newest ones), keep-days u; what either keeps stays. The result is JSON.',
    },
  },
  properties: {},
  signals: {
    Appended: {
      arguments: { seq: 't', transaction: 's', type: 's', event: 's' },
      about: 'A row, and all of it as JSON.',
    },
  },
} as const satisfies InterfaceDefinition;

export const INTERFACES: readonly InterfaceDefinition[] = [
  SYSROOT_INTERFACE,
  OS_INTERFACE,
  TRANSACTION_INTERFACE,
  JOURNAL_INTERFACE,
];

export function interfaceDefinition(name: string): InterfaceDefinition | null {
  return INTERFACES.find((each) => each.name === name) ?? null;
}

/** Joined signature of arguments. */
export function signatureOf(args: Arguments): string {
  return Object.values(args).join('');
}
