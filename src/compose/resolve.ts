// Which archives make the tree, decided by apt against an empty dpkg database before anything is fetched.

import { AptOstreeError } from '../model/errors.js';
import { failureReason, run } from '../system/process.js';
import { type AptRoot, runApt } from './apt-root.js';
import type { Treefile } from './treefile.js';
import { VARIANTS } from './treefile-keys.js';

export interface TreePackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sizeBytes: number;
  /** As apt prints it, `SHA256:…`. */
  readonly digest: string;
}

export interface ResolvedTree {
  /** Sorted by name. */
  readonly packages: readonly TreePackage[];
  /** Names the treefile or its variant asks for; the others came in as dependencies. */
  readonly requested: readonly string[];
}

/** @throws apt-failed when an index cannot be had */
export async function refreshIndexes(root: AptRoot, signal?: AbortSignal): Promise<void> {
  const args = ['--quiet=2', '--error-on=any', 'update'];
  await runApt(root, { command: 'apt-get', args, signal, task: 'refresh the package indexes' });
}

/** @throws package-not-found, unsolvable */
export async function resolveTree(root: AptRoot, treefile: Treefile, signal?: AbortSignal): Promise<ResolvedTree> {
  const asking = [...treefile.packages, ...(root.local?.requests ?? [])];
  const requests = [...VARIANTS[treefile.variant], ...asking];
  const packages = await printUris(root, requests, signal);
  const essential = await namesOf(
    root,
    VARIANTS[treefile.variant].filter((each) => each.startsWith('?')),
    signal,
  );
  const asked = asking.map((each) => each.replace(/[=/:].*$/, ''));
  const requested = new Set([...essential, 'apt', ...asked]);
  return { packages, requested: packages.map((each) => each.name).filter((name) => requested.has(name)) };
}

async function printUris(
  root: AptRoot,
  requests: readonly string[],
  signal?: AbortSignal,
): Promise<readonly TreePackage[]> {
  // quieter, apt would not tell what is unmet; without ForceHash it prints MD5 sums, and nothing where there is none
  const args = ['--yes', '--quiet=1', '-o', 'Acquire::ForceHash=SHA256', '--print-uris', 'install', ...requests];
  const result = await run({ command: 'apt-get', args, env: root.environment, signal });
  if (result.status !== 0) throw unsolvable(failureReason(result), result.stdout);
  const lines = result.stdout.split('\n').filter((line) => line.startsWith("'"));
  return lines.map(parseUriLine).sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** `'URI' NAME_VERSION_ARCH.deb SIZE SHA256:HEX`; in the file name, apt writes a colon as %3a. */
export function parseUriLine(line: string): TreePackage {
  const match = /^'[^']*' ([^_ ]+)_([^_ ]+)_([^_ ]+)\.deb (\d+) (SHA256:[0-9a-f]{64})$/.exec(line);
  if (match === null) throw new AptOstreeError('apt-failed', `cannot read apt's answer: ${line}`);
  const [, name = '', version = '', architecture = '', size = '', digest = ''] = match;
  return {
    name: decodeURIComponent(name),
    version: decodeURIComponent(version),
    architecture,
    sizeBytes: Number(size),
    digest,
  };
}

async function namesOf(root: AptRoot, patterns: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
  if (patterns.length === 0) return [];
  const pattern = patterns.length === 1 ? (patterns[0] ?? '') : `?or(${patterns.join(',')})`;
  const { stdout } = await runApt(root, {
    command: 'apt',
    args: ['list', '--quiet=2', pattern],
    signal,
    task: 'list packages',
  });
  return stdout.split('\n').flatMap((line) => line.split('/', 1).filter((name) => name !== ''));
}

function unsolvable(reason: string, stdout: string): AptOstreeError {
  if (/^(Unable to locate package|Version .* was not found|Package .* has no installation candidate)/.test(reason))
    return new AptOstreeError('package-not-found', `cannot resolve the tree: ${reason}`);
  const unmet = stdout
    .split('\n')
    .filter((line) => /(Depends|Conflicts|Breaks|PreDepends): /.test(line))
    .map((line) => line.trim().replace(/\s+/g, ' '));
  return new AptOstreeError('unsolvable', `cannot resolve the tree: ${unmet.length > 0 ? unmet.join('; ') : reason}`);
}
