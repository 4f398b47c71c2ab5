// Layers packages on a fresh sysroot through the real steps, and looks at what came out. Indexes and archives are kept
// from run to run, so that tests wait for the network once.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Failure } from '../../src/model/errors.js';
import type { SomeFacts } from '../../src/model/facts.js';
import type { Progress } from '../../src/model/progress.js';
import type { StepKind } from '../../src/model/steps.js';
import { flock } from '../../src/native/libc.js';
import { type FreshSysroot, freshSysroot, TREEFILE } from '../machine/base.js';
import type { DriverTask } from './driver.js';

const DRIVER = join(dirname(fileURLToPath(import.meta.url)), 'driver.js');
const CACHE = join(dirname(dirname(TREEFILE)), 'scratch/cache/layer');

export const RESOLVE: readonly StepKind[] = ['metadata.refresh', 'packages.resolve'];
export const ASSEMBLE: readonly StepKind[] = [...RESOLVE, 'packages.fetch', 'tree.assemble', 'tree.finish'];
export const COMMIT: readonly StepKind[] = [...ASSEMBLE, 'tree.commit'];
export const DEPLOY: readonly StepKind[] = [...COMMIT, 'deployment.write'];
export const ESTIMATE: readonly StepKind[] = [...RESOLVE, 'packages.fetch', 'impact.estimate'];

export interface Outcome {
  readonly transaction: string;
  readonly facts: SomeFacts;
  readonly failure: Failure | null;
  readonly unchanged: string | null;
  readonly progress: readonly Progress[];
  readonly milliseconds: Readonly<Record<string, number>>;
}

export interface LayeringSysroot extends FreshSysroot {
  readonly own: string;
}

export async function layeringSysroot(): Promise<LayeringSysroot> {
  const sysroot = await freshSysroot();
  const own = join(sysroot.path, 'ostree/apt-ostree');
  const lists = join(sysroot.path, 'ostree/deploy/debian/var/lib/apt');
  mkdirSync(own, { recursive: true });
  mkdirSync(dirname(lists), { recursive: true });
  withCache(() => {
    copyLinked(join(CACHE, 'apt'), lists);
    copyLinked(join(CACHE, 'archives'), join(own, 'archives'));
  });
  const remove = () => {
    withCache(() => keepInCache(lists, join(own, 'archives')));
    sysroot.remove();
  };
  return { ...sysroot, own, remove, [Symbol.dispose]: remove };
}

type TaskOptions = Partial<Omit<DriverTask, 'sysroot' | 'request' | 'steps'>> & {
  readonly offline?: boolean;
  /** A cgroup to run in. */
  readonly group?: string;
};

export function install(
  sysroot: FreshSysroot,
  request: Readonly<Record<string, unknown>>,
  steps: readonly StepKind[] = COMMIT,
  options: TaskOptions = {},
): Promise<Outcome> {
  const { offline = false, group = null, ...rest } = options;
  const full = { kind: 'install', stateroot: sysroot.stateroot, ...request };
  return drive({ sysroot: sysroot.path, request: full, steps, ...rest }, { offline, group });
}

export async function drive(
  task: DriverTask,
  { offline, group = null }: { readonly offline: boolean; readonly group?: string | null },
): Promise<Outcome> {
  const namespaces = ['--mount', '--propagation', 'private', ...(offline ? ['--net'] : [])];
  const args = [...namespaces, process.execPath, '--enable-source-maps', DRIVER];
  const join = group === null ? [] : ['sh', '-c', `echo 0 > ${group}/cgroup.procs; exec "$@"`, 'sh'];
  const [program = '', ...words] = [...join, 'unshare', ...args, JSON.stringify(task)];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`the driver ended with ${status}: ${output.slice(-2000)}`);
  return outcomeOf(
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DriverLine),
  );
}

interface DriverLine {
  readonly transaction?: string;
  readonly progress?: Progress;
  readonly step?: string;
  readonly milliseconds?: number;
  readonly gave?: SomeFacts;
  readonly failure?: Failure;
  readonly unchanged?: string;
}

function outcomeOf(lines: readonly DriverLine[]): Outcome {
  return {
    transaction: lines[0]?.transaction ?? '',
    facts: Object.assign({}, ...lines.map((line) => line.gave ?? {})) as SomeFacts,
    failure: lines.find((line) => line.failure !== undefined)?.failure ?? null,
    unchanged: lines.find((line) => line.unchanged !== undefined)?.unchanged ?? null,
    progress: lines.flatMap((line) => (line.progress === undefined ? [] : [line.progress])),
    milliseconds: Object.fromEntries(lines.flatMap((line) => (line.step ? [[line.step, line.milliseconds ?? 0]] : []))),
  };
}

export interface CheckedOut {
  readonly root: string;
  /** Runs a shell command in the tree, with /etc and /var as at its first boot. */
  run(script: string): { readonly status: number; readonly output: string };
  [Symbol.dispose](): void;
}

/** A commit as a machine would see it at its first boot, without booting it. */
export function checkOut(sysroot: FreshSysroot, commit: string | undefined): CheckedOut {
  if (commit === undefined) throw new Error('there is no commit');
  const directory = mkdtempSync(join(tmpdir(), 'layered-'));
  const root = join(directory, 'root');
  const varDir = join(directory, 'var');
  mkdirSync(varDir);
  execFileSync('ostree', [`--repo=${sysroot.path}/ostree/repo`, 'checkout', '-H', commit, root]);
  execFileSync('cp', ['-a', join(root, 'usr/etc'), join(root, 'etc')]);
  const run = (script: string) => runInTree(root, varDir, script);
  run('systemd-sysusers; systemd-tmpfiles --create --prefix=/var');
  return { root, run, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}

function runInTree(root: string, varDir: string, script: string) {
  const places = ['--ro-bind', root, '/', '--bind', join(root, 'etc'), '/etc', '--bind', varDir, '/var'];
  const fresh = ['--dev', '/dev', '--proc', '/proc', '--tmpfs', '/run', '--tmpfs', '/tmp', '--unshare-pid'];
  const { status, stdout, stderr } = spawnSync('bwrap', [...places, ...fresh, '--', '/bin/sh', '-c', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/root' },
  });
  return { status: status ?? -1, output: `${stdout}${stderr}` };
}

/** What of a transaction is left on disk or mounted; nothing may be, once it was undone. */
export function leftovers({ own }: LayeringSysroot, transaction: string): readonly string[] {
  const scratch = join(own, 'scratch');
  return existsSync(scratch) ? readdirSync(scratch).filter((name) => name === transaction) : [];
}

/** One test file at a time: others run side by side with it. */
function withCache(body: () => void): void {
  mkdirSync(CACHE, { recursive: true });
  const lock = openSync(join(CACHE, 'lock'), 'w');
  try {
    flock(lock, { exclusive: true, wait: true });
    body();
  } finally {
    closeSync(lock);
  }
}

function copyLinked(from: string, to: string): void {
  if (existsSync(from) && !existsSync(to)) execFileSync('cp', ['-al', from, to]);
}

function keepInCache(lists: string, archives: string): void {
  mkdirSync(join(CACHE, 'archives'), { recursive: true });
  if (existsSync(join(lists, 'apt-ostree-refreshed'))) {
    // under its name when it is whole
    const copy = mkdtempSync(join(CACHE, 'apt-'));
    execFileSync('cp', ['-al', `${lists}/.`, copy]);
    rmSync(join(CACHE, 'apt'), { recursive: true, force: true });
    renameSync(copy, join(CACHE, 'apt'));
  }
  if (existsSync(archives)) spawnSync('cp', ['-aln', `${archives}/.`, join(CACHE, 'archives')]);
}
