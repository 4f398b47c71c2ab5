// From a treefile to a commit: resolve, bootstrap, convert, check, commit; nothing at all when the inputs are the same.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Checksum, CommitFacts, MetadataValue } from '../model/deployment.js';
import { AptOstreeError } from '../model/errors.js';
import { PACKAGE_LIST_KEY } from '../model/package-list.js';
import { Repo } from '../native/repo.js';
import { checkTree } from '../tree/checks.js';
import { dracutArguments, INITRAMFS_ENVIRONMENT, keepInitramfsArguments } from '../tree/initramfs.js';
import { kernelReleases, moveKernels } from '../tree/kernel.js';
import { runInTree } from '../tree/run-in-tree.js';
import { type AptRoot, makeAptRoot } from './apt-root.js';
import { bootstrap, nameVersionArchitecture } from './bootstrap.js';
import { checkFiles, customize, mutateOsRelease } from './customize.js';
import { inputHash } from './input-hash.js';
import { convertToOstree } from './layout.js';
import { type ResolvedTree, refreshIndexes, resolveTree } from './resolve.js';
import { sourceDate } from './source-date.js';
import { nextVersion } from './tree-version.js';
import type { Treefile } from './treefile.js';

export interface ComposeOptions {
  readonly treefile: Treefile;
  readonly repo: string;
  /** Kept between composes: indexes and archives. */
  readonly cacheDirectory: string | null;
  readonly workDirectory: string;
  readonly dryRun: boolean;
  /** Composes even when the inputs are those of the last commit. */
  readonly force: boolean;
  readonly noParent: boolean;
  /** `KEY` → text, over what the treefile says. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly writeCommitIdTo: string | null;
  readonly touchIfChanged: string | null;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Composed {
  /** Null when nothing was committed: no change, or a dry run. */
  readonly commit: Checksum | null;
  readonly version: string | null;
}

/** Metadata keys of a composed commit, beside OSTree's own `version`, `ostree.bootable` and `ostree.linux`. */
export const INPUT_HASH_KEY = 'apt-ostree.inputhash';

/** @throws invalid-treefile, invalid-argument, apt-failed, package-not-found, unsolvable, command-failed, invalid-tree, ostree-failed */
export async function composeTree(options: ComposeOptions): Promise<Composed> {
  checkFiles(options.treefile);
  const timestampSeconds = sourceDate(process.env);
  mkdirSync(options.workDirectory, { recursive: true });
  const scratch = mkdtempSync(join(options.workDirectory, 'apt-ostree-compose-'));
  try {
    return await composeIn(resolve(scratch), { ...options, timestampSeconds });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface DatedOptions extends ComposeOptions {
  /** Of the commit; null for now. */
  readonly timestampSeconds: number | null;
}

async function composeIn(scratch: string, options: DatedOptions): Promise<Composed> {
  const { treefile, say, signal } = options;
  const cache = options.cacheDirectory ?? join(scratch, 'cache');
  using repo = openRepo(options.repo, treefile);
  const previous = repo.resolve(treefile.ref);
  const before = previous === null ? null : repo.commitFacts(previous);
  const apt = await makeAptRoot({ treefile, directory: join(scratch, 'apt'), lists: resolve(cache, 'lists'), signal });
  say('Refreshing package indexes');
  await refreshIndexes(apt, signal);
  const resolved = await resolveTree(apt, treefile, signal);
  const hash = inputHash(treefile, resolved);
  say(`Resolved ${resolved.packages.length} packages; input hash ${hash}`);
  if (options.dryRun) {
    for (const each of resolved.packages) say(`  ${nameVersionArchitecture(each)}`);
    return { commit: null, version: null };
  }
  if (!options.force && before?.metadata[INPUT_HASH_KEY] === hash) {
    say('No change.');
    return { commit: null, version: before.version };
  }
  const version = versionOf(options, before);
  const root = join(scratch, 'root');
  await buildTree({ root, apt, resolved, version, archives: resolve(cache, 'archives') }, options);
  return commit({ root, repo, resolved, version, hash, previous }, options);
}

/** A path where nothing is yet becomes a repo; anything else that is none is left alone. */
function openRepo(path: string, { file }: Treefile): Repo {
  if (existsSync(join(path, 'config'))) return Repo.open(path);
  if (existsSync(path) && readdirSync(path).length > 0)
    throw new AptOstreeError('invalid-argument', `cannot compose ${file}: ${path} is no repo, and not empty`);
  return Repo.create(path, 'bare');
}

interface Build {
  readonly root: string;
  readonly apt: AptRoot;
  readonly resolved: ResolvedTree;
  readonly version: string | null;
  readonly archives: string;
}

async function buildTree({ root, apt, resolved, version, archives }: Build, options: ComposeOptions): Promise<void> {
  const { treefile, say, signal } = options;
  say('Installing packages');
  await bootstrap({ treefile, apt, resolved, root, archives, say, signal });
  await customize(root, treefile, signal);
  mutateOsRelease(root, treefile, version);
  await buildInitramfs(root, options);
  say('Converting to an OSTree layout');
  await convertToOstree(root, treefile, say);
  await checkTree(root, { signal });
}

async function buildInitramfs(root: string, { treefile, say, signal }: ComposeOptions): Promise<void> {
  moveKernels(root);
  keepInitramfsArguments(root, treefile.initramfsArguments);
  for (const release of kernelReleases(root)) {
    say(`Building the initramfs of ${release}`);
    const args = dracutArguments({
      release,
      zstd: existsSync(join(root, 'usr/bin/zstd')),
      extra: treefile.initramfsArguments,
    });
    const env = INITRAMFS_ENVIRONMENT;
    await runInTree({
      root,
      writable: true,
      command: '/usr/bin/dracut',
      args,
      env,
      signal,
      task: `build the initramfs of ${release}`,
    });
  }
}

function versionOf({ metadata, treefile }: ComposeOptions, before: CommitFacts | null): string | null {
  const given = metadata['version'] ?? treefile.metadata['version'];
  if (given !== undefined) return given;
  return treefile.versionPrefix === null ? null : nextVersion(treefile.versionPrefix, before?.version ?? null);
}

interface Commit {
  readonly root: string;
  readonly repo: Repo;
  readonly resolved: ResolvedTree;
  readonly version: string | null;
  readonly hash: string;
  readonly previous: Checksum | null;
}

function commit({ root, repo, resolved, version, hash, previous }: Commit, options: DatedOptions): Composed {
  const { treefile, timestampSeconds, say } = options;
  say('Writing OSTree commit');
  const metadata: Record<string, MetadataValue> = {
    ...treefile.metadata,
    ...options.metadata,
    ...(version === null ? {} : { version }),
    'ostree.bootable': true,
    'ostree.linux': kernelReleases(root)[0] ?? '',
    [INPUT_HASH_KEY]: hash,
    [PACKAGE_LIST_KEY]: resolved.packages.map(nameVersionArchitecture),
  };
  const { checksum } = repo.commitTree({
    directory: root,
    ref: treefile.ref,
    parent: options.noParent ? null : previous,
    subject: version === null ? treefile.ref : `${treefile.ref} ${version}`,
    metadata,
    timestampSeconds,
  });
  say(`${treefile.ref} => ${checksum}${version === null ? '' : ` (${version})`}`);
  if (options.writeCommitIdTo !== null) writeFileSync(options.writeCommitIdTo, checksum);
  if (options.touchIfChanged !== null) touch(options.touchIfChanged);
  return { commit: checksum, version };
}

function touch(path: string): void {
  if (!existsSync(path)) writeFileSync(path, '');
  const now = new Date();
  utimesSync(path, now, now);
}
