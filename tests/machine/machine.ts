// A machine for tests: the default deployment of a directory sysroot, booted by systemd-nspawn with a real systemd as PID 1.
// libostree takes it for booted (/run/ostree-booted, and `/` is the deployment's directory), so staging and finalization are real.
// Not exercised: kernel, initramfs, boot loader, ostree-remount. A plain Debian in a directory boots the same way.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLEAN_ENVIRONMENT, run } from '../../src/system/process.js';
import { type BootEntry, defaultEntry } from './boot-entry.js';
import { makeCgroups, removeCgroups } from './cgroups.js';

interface BootOptions {
  /** Host paths seen by the machine, best below /run since nothing else has room for a new mount point. */
  readonly binds?: readonly { readonly from: string; readonly to: string; readonly writable?: boolean }[];
  /** `none` has a loopback interface of its own; `host` shares all interfaces. */
  readonly network?: 'none' | 'host';
  readonly bootTimeoutMs?: number;
}

export interface MachineOptions extends BootOptions {
  /** Directory sysroot, as `freshSysroot()` makes it. */
  readonly sysroot: string;
  /** Directory laid over /usr, read-only and in no commit: how the product under test gets in. */
  readonly usrLayer?: string;
}

export interface CommandResult {
  readonly status: number;
  /** Standard output, then standard error. */
  readonly output: string;
}

export interface Machine extends RunningSystem {
  readonly entry: BootEntry;
}

export interface RunningSystem {
  /** What systemd says of itself after the boot: `running` or `degraded`. */
  readonly state: string;
  readonly bootMs: number;
  /** PID of the machine's init, as the host sees it. */
  readonly leader: number;
  /** Runs a shell command as root. */
  run(command: string, options?: { readonly timeoutMs?: number }): Promise<CommandResult>;
  /** Orderly: a staged deployment is finalized. */
  poweroff(): Promise<void>;
  /** As if the power failed: nothing is finalized, /run is lost. */
  crash(): Promise<void>;
  console(): string;
  [Symbol.asyncDispose](): Promise<void>;
}

const BOOT_TIMEOUT_MS = 240_000;
const POWEROFF_TIMEOUT_MS = 90_000;
const POLL_MS = 50;

export async function bootMachine(options: MachineOptions): Promise<Machine> {
  const entry = defaultEntry(options.sysroot);
  const scratch = mkdtempSync(join(tmpdir(), 'machine-'));
  const root = join(scratch, 'root');
  const booted = join(scratch, 'booted');
  mkdirSync(root);
  writeFileSync(booted, '');
  const binds = [{ from: booted, to: '/run/ostree-booted' }, ...(options.binds ?? [])];
  const system = await boot({ scratch, root, mounts: mounts(root, entry, options), options: { ...options, binds } });
  return { ...system, entry };
}

/** A system without OSTree, installed in a directory; what it changes stays there. */
export function bootDirectory(directory: string, options: BootOptions = {}): Promise<RunningSystem> {
  const scratch = mkdtempSync(join(tmpdir(), 'machine-'));
  return boot({ scratch, root: directory, mounts: [], options });
}

async function boot(start: Omit<Start, 'cgroups'>): Promise<RunningSystem> {
  const { scratch, options } = start;
  const startedAtMs = performance.now();
  const cgroups = makeCgroups(scratch);
  const nspawn = startNspawn({ ...start, cgroups });
  const over = new Promise<void>((resolve) => nspawn.child.on('close', () => resolve()));
  let ended = false;
  const cleanUp = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await over;
    await removeCgroups(cgroups);
    rmSync(scratch, { recursive: true, force: true });
  };
  const crash = async (): Promise<void> => {
    // never SIGKILL nspawn: its payload would live on. When init dies, the kernel ends everything in its namespace
    for (const pid of childrenOf(nspawn.child.pid)) process.kill(pid, 'SIGKILL');
    if (childrenOf(nspawn.child.pid).length === 0) nspawn.child.kill('SIGTERM');
    await cleanUp();
  };
  try {
    const { leader, state } = await waitForBoot(nspawn, options.bootTimeoutMs ?? BOOT_TIMEOUT_MS);
    const poweroff = async (): Promise<void> => {
      await enter(leader, 'systemctl poweroff', 10_000);
      if (await endsWithin(over, POWEROFF_TIMEOUT_MS)) return cleanUp();
      await crash();
      throw new Error(`the machine did not power off: ${tail(nspawn.console())}`);
    };
    return {
      state,
      leader,
      bootMs: performance.now() - startedAtMs,
      run: (command, { timeoutMs = 120_000 } = {}) => enter(leader, command, timeoutMs),
      poweroff,
      crash,
      console: nspawn.console,
      [Symbol.asyncDispose]: async () => (ended ? undefined : crash()),
    };
  } catch (error) {
    await crash();
    throw error;
  }
}

interface Nspawn {
  readonly child: ChildProcess;
  readonly console: () => string;
}

interface Start {
  readonly scratch: string;
  readonly root: string;
  /** Commands that make the root what it is. */
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly options: BootOptions;
}

/** All mounts are made in a namespace that dies with nspawn: nothing is left to unmount. */
function startNspawn({ scratch, root, mounts, cgroups, options }: Start): Nspawn {
  const script = [
    'set -e',
    ...cgroups.map((path) => `echo $$ > ${quoted(join(path, 'cgroup.procs'))}`),
    ...mounts,
    `exec ${['systemd-nspawn', ...nspawnArguments(root, scratch, options)].map(quoted).join(' ')}`,
  ];
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script.join('\n')], {
    env: { ...CLEAN_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  const collect = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-100_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { child, console: () => text };
}

/** What ostree-prepare-root and ostree-remount make of a deployment. */
function mounts(root: string, { sysroot, deployment, stateroot }: BootEntry, { usrLayer }: MachineOptions): string[] {
  const at = (path: string): string => quoted(join(root, path));
  const layers = usrLayer === undefined ? null : `${usrLayer}:${join(deployment, 'usr')}`;
  return [
    `mount --bind ${quoted(deployment)} ${quoted(root)}`,
    `mount --bind ${quoted(join(sysroot, 'ostree/deploy', stateroot, 'var'))} ${at('var')}`,
    `mount --bind ${quoted(sysroot)} ${at('sysroot')}`,
    `mount -o remount,bind,ro ${at('sysroot')}`,
    `mount --bind ${quoted(join(sysroot, 'boot'))} ${at('boot')}`,
    ...(layers === null
      ? [`mount --bind ${at('usr')} ${at('usr')}`, `mount -o remount,bind,ro ${at('usr')}`]
      : [`mount -t overlay -o ro,lowerdir=${quoted(layers)} machine-usr ${at('usr')}`]),
  ];
}

function nspawnArguments(root: string, scratch: string, { binds = [], network = 'none' }: BootOptions): string[] {
  return [
    ...[
      '--quiet',
      `--directory=${root}`,
      '--boot',
      '--register=no',
      '--keep-unit',
      '--console=pipe',
      '--link-journal=no',
    ],
    ...['--timezone=off', network === 'none' ? '--private-network' : '--resolv-conf=copy-host'],
    ...(network === 'none' ? ['--resolv-conf=off'] : []),
    `--machine=m${scratch
      .slice(-6)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, 'x')}`,
    '--capability=all',
    '--system-call-filter=@mount @keyring bpf',
    ...binds.map(({ from, to, writable }) => `--bind${writable === true ? '' : '-ro'}=${from}:${to}`),
  ];
}

async function waitForBoot(
  nspawn: Nspawn,
  timeoutMs: number,
): Promise<{ readonly leader: number; readonly state: string }> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (nspawn.child.exitCode !== null) throw new Error(`the machine ended while booting: ${tail(nspawn.console())}`);
    const [leader] = childrenOf(nspawn.child.pid);
    if (leader !== undefined) {
      const { output } = await enter(leader, 'systemctl is-system-running', 10_000);
      const state = output.trim();
      if (state === 'running' || state === 'degraded') return { leader, state };
    }
    await sleep(POLL_MS);
  }
  throw new Error(`the machine did not boot in ${timeoutMs / 1000} s: ${tail(nspawn.console())}`);
}

const NAMESPACES = ['--mount', '--pid', '--uts', '--ipc', '--net', '--cgroup', '--root', '--wd'];

async function enter(leader: number, command: string, deadlineMs: number): Promise<CommandResult> {
  const args = ['--target', String(leader), ...NAMESPACES, '--', '/bin/bash', '-c', command];
  const env = { HOME: '/root', USER: 'root', SHELL: '/bin/bash' };
  const { status, stdout, stderr } = await run({ command: 'nsenter', args, env, deadlineMs });
  return { status, output: stdout + stderr };
}

function childrenOf(pid: number | undefined): readonly number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split(' ')
    .filter((each) => each.trim() !== '')
    .map(Number);
}

async function endsWithin(over: Promise<void>, timeoutMs: number): Promise<boolean> {
  const abort = new AbortController();
  const late = sleep(timeoutMs, false, { signal: abort.signal }).catch(() => false);
  const ended = await Promise.race([over.then(() => true), late]);
  abort.abort();
  return ended;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function tail(text: string): string {
  return text.trim().split('\n').slice(-20).join('\n');
}
