// Runs a program inside a tree: own pid, ipc, uts, mount and, unless it fetches, network namespace; nothing of the
// machine but what is named here.

import { totalmem } from 'node:os';
import { CLEAN_ENVIRONMENT, type ProcessOptions, type ProcessResult, run } from '../../system/process.js';

export interface Bind {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

export interface Sandbox {
  /** Directory that becomes `/`. */
  readonly root: string;
  readonly writable: boolean;
  /** In this order, over the root. */
  readonly binds: readonly Bind[];
  /** Empty directories in the sandbox's own /run or /tmp. */
  readonly directories?: readonly string[];
  readonly network: boolean;
  /** Beyond those that maintainer scripts have. */
  readonly capabilities?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * What maintainer scripts need as root. Not CAP_MKNOD: the machine's disks would be a device node away. Not
 * CAP_DAC_READ_SEARCH: it opens files by handle, and so every file of the filesystem that anything bound here lies on.
 * CAP_KILL lets a script end what it started under another user.
 */
const CAPABILITIES = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

/**
 * What of /proc sets the machine and not the sandbox: written by whoever is uid 0, without any capability. bubblewrap
 * covers some of it itself, and not /proc/sys, whose directory claims that nobody may write there.
 */
const MACHINE_SETTINGS = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'asound', 'driver', 'mtrr'].map(
  (name) => `/proc/${name}`,
);

/** The sandbox's own memory: an initramfs is built in /tmp. */
const RUN_BYTES = 64 * 1024 * 1024;
const TMP_BYTES = Math.min(2 * 1024 ** 3, Math.floor(totalmem() / 4));

const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C.UTF-8',
};

/** The kernel ends all of a namespace with its first process: some hundred processes need a moment on a busy machine. */
const KILL_GRACE_MS = 4000;

export type RunOptions = Omit<ProcessOptions, 'command' | 'args' | 'env' | 'cwd'>;

/** @throws cancelled, deadline-exceeded, command-failed when bubblewrap cannot start */
export function runInSandbox(
  sandbox: Sandbox,
  command: readonly string[],
  options: RunOptions,
): Promise<ProcessResult> {
  const env = { ...CLEAN_ENVIRONMENT, ...ENVIRONMENT, ...sandbox.env };
  const args = [...bubblewrapArguments(sandbox), '--', ...command];
  return run({ killGraceMs: KILL_GRACE_MS, ...options, command: 'bwrap', args, env, endThroughChild: true });
}

export function bubblewrapArguments(sandbox: Sandbox): readonly string[] {
  return [
    // the command is its namespace's first process: once bubblewrap has seen its end, nothing it started is alive
    ...[
      '--unshare-pid',
      '--as-pid-1',
      '--unshare-ipc',
      '--unshare-uts',
      '--unshare-cgroup-try',
      '--hostname',
      'localhost',
    ],
    ...(sandbox.network ? [] : ['--unshare-net']),
    // new session: no terminal to push input into; dying with us is what makes a kill of the executor enough
    ...['--new-session', '--die-with-parent'],
    ...[sandbox.writable ? '--bind' : '--ro-bind', sandbox.root, '/'],
    ...[
      '--dev',
      '/dev',
      '--proc',
      '/proc',
      ...MACHINE_SETTINGS.flatMap((path) => ['--ro-bind-try', path, path]),
      '--size',
      String(RUN_BYTES),
      '--tmpfs',
      '/run',
    ],
    ...['--perms', '1777', '--size', String(TMP_BYTES), '--tmpfs', '/tmp'],
    ...(sandbox.directories ?? []).flatMap((path) => ['--dir', path]),
    ...sandbox.binds.flatMap(({ source, target, writable }) => [writable ? '--bind' : '--ro-bind', source, target]),
    ...['--chdir', '/', '--cap-drop', 'ALL'],
    ...[...CAPABILITIES, ...(sandbox.capabilities ?? [])].flatMap((name) => ['--cap-add', name]),
  ];
}
