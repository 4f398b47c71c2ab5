// The shipped treefile composed once, and a fresh sysroot of it for each test in about two seconds.

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { composeSysroot } from '../../src/compose/compose-sysroot.js';
import { composeTree } from '../../src/compose/compose-tree.js';
import { LAYOUT_VERSION } from '../../src/compose/layout.js';
import { loadTreefile } from '../../src/compose/treefile.js';
import type { Checksum, DeploymentId } from '../../src/model/deployment.js';
import { AptOstreeError } from '../../src/model/errors.js';
import { flock } from '../../src/native/libc.js';
import { Repo } from '../../src/native/repo.js';

export interface BaseRepo {
  /** Bare repo; shared by all tests: read it, pull from it, never commit to its ref. */
  readonly path: string;
  readonly ref: string;
  readonly commit: Checksum;
}

export interface FreshSysroot {
  readonly path: string;
  readonly stateroot: 'debian';
  readonly deployment: DeploymentId;
  readonly commit: Checksum;
  readonly ref: string;
  remove(): void;
  [Symbol.dispose](): void;
}

/** The checkout, found from wherever the tests were compiled to. */
const CHECKOUT = checkout(dirname(fileURLToPath(import.meta.url)));
export const CACHE = join(CHECKOUT, 'scratch/cache');
export const TREEFILE = join(CHECKOUT, 'treefiles/debian-12-minimal.yaml');

const STAMP = join(CACHE, 'base.stamp');
const RECHECK_AFTER_MS = 6 * 3600 * 1000;

let ready: Promise<BaseRepo> | null = null;

/** Composes on the first call on a machine (half a minute), and again when the treefile or the archive changed. */
export function baseRepo(): Promise<BaseRepo> {
  ready ??= prepare();
  return ready;
}

/** A sysroot with the base deployed; objects are hard links, so it costs no space and must not be written in place. */
export async function freshSysroot({
  kargs = ['root=LABEL=root', 'rw'],
}: {
  kargs?: readonly string[];
} = {}): Promise<FreshSysroot> {
  const { path: repo, ref, commit } = await baseRepo();
  const path = mkdtempSync(join(tmpdir(), 'sysroot-'));
  const remove = (): void => removeSysroot(path);
  const { deployment } = composeSysroot({ path, repo, ref, stateroot: 'debian', kargs, bootloader: 'none' });
  if (deployment === null) throw new Error(`${path} was no fresh directory`);
  return { path, stateroot: 'debian', deployment, commit, ref, remove, [Symbol.dispose]: remove };
}

async function prepare(): Promise<BaseRepo> {
  mkdirSync(CACHE, { recursive: true });
  const lock = openSync(join(CACHE, 'base.lock'), 'w');
  try {
    // test files run side by side: one composes, the others wait
    while (!flock(lock, { exclusive: true, wait: false })) await sleep(100);
    return await compose();
  } finally {
    closeSync(lock);
  }
}

async function compose(): Promise<BaseRepo> {
  const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
  const treefile = loadTreefile(TREEFILE, architecture);
  const path = join(CACHE, 'repo');
  using repo = Repo.create(path, 'bare');
  const known = repo.resolve(treefile.ref);
  if (known !== null && checkedLately(known)) return { path, ref: treefile.ref, commit: known };
  try {
    await composeTree({
      treefile,
      repo: path,
      cacheDirectory: join(CACHE, 'compose'),
      workDirectory: CACHE,
      dryRun: false,
      force: false,
      noParent: true,
      metadata: {},
      writeCommitIdTo: null,
      touchIfChanged: null,
      say: () => {},
    });
  } catch (error) {
    // without a network the last base is as good for a test as a newer one
    const offline = error instanceof AptOstreeError && error.code === 'apt-failed';
    if (!offline || repo.resolve(treefile.ref) === null) throw error;
  }
  const commit = repo.resolve(treefile.ref);
  if (commit === null) throw new Error(`${path} has no ${treefile.ref}`);
  writeFileSync(STAMP, stamp(commit));
  return { path, ref: treefile.ref, commit };
}

/** Asking the archive whether anything changed takes two seconds, which each test file would spend. */
function checkedLately(commit: Checksum): boolean {
  if (!existsSync(STAMP) || Date.now() - statSync(STAMP).mtimeMs > RECHECK_AFTER_MS) return false;
  return readFileSync(STAMP, 'utf8') === stamp(commit);
}

function stamp(commit: Checksum): string {
  return `${commit} ${LAYOUT_VERSION} ${createHash('sha256').update(readFileSync(TREEFILE)).digest('hex')}`;
}

/**
 * Deployments' directories are immutable, which stops even root from removing them. Tens of thousands of files take
 * seconds to go: nobody waits for the last of them.
 */
export function removeSysroot(path: string): void {
  const stateroots = join(path, 'ostree/deploy');
  for (const stateroot of existsSync(stateroots) ? readdirSync(stateroots) : []) {
    const deployments = join(stateroots, stateroot, 'deploy');
    for (const entry of existsSync(deployments) ? readdirSync(deployments, { withFileTypes: true }) : [])
      if (entry.isDirectory()) execFileSync('chattr', ['-i', join(deployments, entry.name)]);
  }
  const gone = mkdtempSync(join(dirname(path), 'removed-'));
  renameSync(path, join(gone, 'sysroot'));
  spawn('rm', ['-rf', gone], { detached: true, stdio: 'ignore' }).unref();
}

function checkout(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = resolve(directory, '..');
  if (parent === directory) throw new Error('the tests are not in a checkout');
  return checkout(parent);
}
