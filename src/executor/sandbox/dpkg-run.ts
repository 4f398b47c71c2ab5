// Unpacks and configures archives with dpkg in the sandbox, and listens to what every script does.

import { type Archive, batchArchives } from '../../apt/batches.js';
import { dpkgFailure } from '../../apt/dpkg-failure.js';
import { ScriptLog } from '../../apt/script-log.js';
import { AptOstreeError } from '../../model/errors.js';
import type { ScriptReport } from '../../model/facts.js';
import type { StepContext } from '../step-handler.js';
import type { Sandbox } from './bubblewrap.js';
import { RESERVED_BYTES, watchSpace } from './space-watch.js';
import { runOnTree } from './tree-sandbox.js';

/** A copy of standard output: dpkg closes the one it is given to its scripts. */
const STATUS_FD = 9;

/**
 * Unsynced writes, since the tree is scratch until it is committed; configuration files answer for themselves, since
 * nobody is there to ask; one failure ends the run, since a tree is whole or nothing.
 */
const OPTIONS = [
  ...['--force-unsafe-io', '--force-confdef', '--force-confold', '--abort-after=1'],
  ...[`--status-fd=${STATUS_FD}`, '--log=/dev/null'],
];

/** @throws script-failed, file-conflict, dpkg-failed; cancelled and deadline-exceeded naming the script that ran */
export async function installArchives(
  archives: readonly Archive[],
  sandbox: Sandbox,
  context: StepContext,
): Promise<readonly ScriptReport[]> {
  const log = new ScriptLog();
  const progress = new InstallProgress(archives.length, context);
  const dpkg = (args: readonly string[]) => runDpkg(args, { log, progress, sandbox, context });
  const batches = batchArchives(archives);
  for (const [index, batch] of batches.entries()) {
    await dpkg(['--no-triggers', '--unpack', ...batch.map((each) => each.file)]);
    const isLast = index === batches.length - 1;
    await dpkg(isLast ? ['--configure', '-a'] : ['--no-triggers', '--configure', ...batch.map(qualifiedName)]);
  }
  progress.end();
  return log.reports();
}

/** Removes packages, their configuration files included. @throws as installArchives does */
export async function purgePackages(names: readonly string[], sandbox: Sandbox, context: StepContext): Promise<void> {
  const progress = new InstallProgress(names.length, context);
  await runDpkg(['--purge', ...names], { log: new ScriptLog(), progress, sandbox, context });
  progress.end();
}

/** Names an installed package of an architecture, also where another one of the same name is installed. */
function qualifiedName({ name, architecture }: Archive): string {
  return `${name}:${architecture}`;
}

interface DpkgRun {
  readonly log: ScriptLog;
  readonly progress: InstallProgress;
  readonly sandbox: Sandbox;
  readonly context: StepContext;
}

async function runDpkg(args: readonly string[], { log, progress, sandbox, context }: DpkgRun): Promise<void> {
  // one pipe for both streams and the status keeps their order; scripts do not get our descriptors, bubblewrap keeps
  // them; the shell stays, since the first process of a namespace has to wait for those that lost their parents;
  // when memory runs out, scripts go before what waits for them
  const close = context.childFds.map((_, index) => `exec ${3 + index}>&-; `).join('');
  const command = [
    '/bin/sh',
    '-c',
    `${close}echo 800 > /proc/self/oom_score_adj; "$@" 2>&1 ${STATUS_FD}>&1; exit $?`,
    'sh',
    '/usr/bin/dpkg',
    ...OPTIONS,
    ...args,
  ];
  let lastLine = 'dpkg printed nothing';
  const onLine = (_stream: string, line: string) => {
    const begun = log.add(line, performance.now());
    if (begun !== null) progress.begin(begun);
    if (!/^(status|processing): /.test(line) && line.trim() !== '') lastLine = line.trim();
  };
  const { childFds } = context;
  using space = watchSpace(sandbox.root);
  const signal = AbortSignal.any([context.signal, space.signal]);
  try {
    const options = { signal, inheritFds: childFds, onLine, outputLimitBytes: 64 * 1024 };
    const { status } = await runOnTree(sandbox, command, options);
    if (status !== 0) throw dpkgFailure(log, lastLine);
  } catch (error) {
    if (space.signal.aborted && !context.signal.aborted) throw spaceFailure(log);
    throw namedInterruption(error, log);
  }
}

function spaceFailure(log: ScriptLog): AptOstreeError {
  const current = log.current();
  const doing = current === null ? 'install packages' : `${current.phase} ${current.package}`;
  const megabytes = Math.round(RESERVED_BYTES / 1_000_000);
  return new AptOstreeError('no-space', `cannot ${doing}: it left less than ${megabytes} MB of space`);
}

/** Which script was running when time or patience ran out. */
function namedInterruption(error: unknown, log: ScriptLog): unknown {
  const current = log.current();
  if (!(error instanceof AptOstreeError) || current === null) return error;
  if (error.code !== 'cancelled' && error.code !== 'deadline-exceeded') return error;
  const ending = error.code === 'cancelled' ? 'cancelled' : 'it did not end in time';
  return new AptOstreeError(error.code, `cannot ${current.phase} ${current.package}: ${ending}`, { cause: error });
}

/** Each package is unpacked and configured: that is what a per cent counts. */
class InstallProgress {
  readonly #total: number;
  readonly #context: StepContext;
  #done = 0;

  constructor(packages: number, context: StepContext) {
    this.#total = 2 * packages;
    this.#context = context;
  }

  begin({ package: name, phase }: { readonly package: string; readonly phase: string }): void {
    if (phase !== 'trigproc') this.#done += 1;
    const percent = Math.min(99, Math.round((100 * (this.#done - 1)) / this.#total));
    this.#context.report({ type: 'percent', text: `${VERBS[phase] ?? phase} ${name}`, percent: Math.max(0, percent) });
  }

  end(): void {
    this.#context.report({ type: 'progress-end' });
  }
}

const VERBS: Readonly<Record<string, string>> = {
  unpack: 'Unpacking',
  configure: 'Configuring',
  trigproc: 'Processing triggers of',
};
