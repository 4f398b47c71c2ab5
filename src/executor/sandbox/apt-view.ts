// The target tree as apt sees it: the base tree's programs and package state, the /etc of the deployment that is
// merged (sources, keys, pins, proxies), the machine's own indexes; read only, with network.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptConfig, BASE_PREFERENCES, packageCacheName, RUN_DIRECTORY } from '../../apt/apt-config.js';
import { type Checksum, configMerge } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import type { ProcessOptions, ProcessResult } from '../../system/process.js';
import type { StepContext } from '../step-handler.js';
import { baseTree } from './base-tree.js';
import { type Bind, runInSandbox, type Sandbox } from './bubblewrap.js';
import { bindReadOnly, mountOverlay, unmountBelow } from './mounts.js';
import { dropEmptyScratch, scratchLayout } from './scratch.js';
import { writeMountPoints } from './shim.js';

export interface AptView {
  /** Files of the base commit. */
  readonly tree: string;
  /** /etc as apt sees it. */
  readonly etc: string;
  /** Runs a program of the tree, with our configuration of apt in APT_CONFIG's place (`-c`). */
  run(command: readonly string[], options?: ViewOptions): Promise<ProcessResult>;
}

export interface ViewOptions {
  readonly binds?: readonly Bind[];
  readonly onLine?: ProcessOptions['onLine'];
}

/** Options that come first on every command line of apt. */
export const APT_OPTIONS: readonly string[] = ['-c', `${RUN_DIRECTORY}/apt.conf`];

/** Mounts the view, and takes it away again when BODY ends. @throws no-such-deployment */
export async function withAptView<Result>(
  base: Checksum,
  context: StepContext,
  body: (view: AptView) => Promise<Result>,
  { keepBase = true }: { /** Whether the base's packages stay at their versions. */ readonly keepBase?: boolean } = {},
): Promise<Result> {
  const directory = viewDirectory(context);
  await removeAptView(context);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    return await body(await mountView({ base, directory, context, keepBase }));
  } finally {
    await removeAptView(context);
  }
}

/** Idempotent; also for what a dead executor left. */
export async function removeAptView(context: StepContext): Promise<void> {
  await unmountBelow(viewDirectory(context));
  rmSync(viewDirectory(context), { recursive: true, force: true });
  dropEmptyScratch(scratchLayout(context.paths));
}

function viewDirectory({ paths }: StepContext): string {
  return join(paths.scratch, 'apt');
}

interface ViewPlace {
  readonly base: Checksum;
  readonly directory: string;
  readonly context: StepContext;
  readonly keepBase: boolean;
}

async function mountView({ base, directory, context, keepBase }: ViewPlace): Promise<AptView> {
  const at = (name: string) => join(directory, name);
  for (const name of ['base', 'mounts', 'root', 'live-etc', 'own-etc', 'etc']) mkdirSync(at(name));
  await bindReadOnly(baseTree(base, context), at('base'));
  await bindReadOnly(join(liveDeployment(context), 'etc'), at('live-etc'));
  writeMountPoints(at('mounts'), at('base'));
  writeOwnEtc(at('own-etc'), keepBase);
  await mountOverlay({ within: directory, lower: ['mounts', 'base'], upper: null, target: 'root' });
  await mountOverlay({ within: directory, lower: ['own-etc', 'live-etc'], upper: null, target: 'etc' });
  writeFileSync(at('apt.conf'), aptConfig(base));
  prepareState(base, context);
  const sandbox = viewSandbox(directory, context);
  return {
    tree: at('base'),
    etc: at('etc'),
    run: (command, { binds = [], onLine } = {}) =>
      runInSandbox({ ...sandbox, binds: [...sandbox.binds, ...binds] }, command, {
        signal: context.signal,
        inheritFds: context.childFds,
        onLine,
      }),
  };
}

/** Directory of the deployment whose /etc counts: the booted one, else the one that boots next. */
export function liveDeployment({ sysroot, request }: StepContext): string {
  const merge = configMerge(sysroot.deployments(), request.stateroot);
  if (merge === null)
    throw new AptOstreeError('no-such-deployment', `cannot find a deployment in stateroot ${request.stateroot}`);
  return merge.path;
}

/** Over the deployment's /etc: how this machine resolves names, and our pin of the base. */
function writeOwnEtc(directory: string, keepBase: boolean): void {
  mkdirSync(join(directory, 'apt/preferences.d'), { recursive: true });
  if (keepBase) writeFileSync(join(directory, 'apt/preferences.d/zz-apt-ostree'), BASE_PREFERENCES);
  if (existsSync('/etc/resolv.conf')) writeFileSync(join(directory, 'resolv.conf'), readFileSync('/etc/resolv.conf'));
}

/** A stateroot that never booted has none of apt's directories; caches of other bases are of no use any more. */
function prepareState(base: Checksum, { paths }: StepContext): void {
  mkdirSync(join(paths.aptLists, 'partial'), { recursive: true });
  mkdirSync(paths.aptCache, { recursive: true });
  mkdirSync(paths.archives, { recursive: true, mode: 0o755 });
  for (const name of readdirSync(paths.aptCache))
    if (/^pkgcache-.*\.bin$/.test(name) && name !== packageCacheName(base)) rmSync(join(paths.aptCache, name));
}

function viewSandbox(directory: string, { paths }: StepContext): Sandbox {
  const at = (name: string) => join(directory, name);
  return {
    root: at('root'),
    writable: false,
    network: true,
    directories: [RUN_DIRECTORY, `${RUN_DIRECTORY}/none/partial`],
    binds: [
      { source: at('etc'), target: '/etc', writable: false },
      { source: paths.var, target: '/var', writable: false },
      { source: paths.aptLists, target: '/var/lib/apt/lists', writable: true },
      { source: paths.aptCache, target: '/var/cache/apt', writable: true },
      { source: at('apt.conf'), target: `${RUN_DIRECTORY}/apt.conf`, writable: false },
      { source: paths.archives, target: `${RUN_DIRECTORY}/archives`, writable: false },
    ],
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  };
}
