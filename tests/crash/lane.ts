// One sysroot that many cases use one after another, and what the controller may look at while no daemon runs on it.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { composeSysroot } from '../../src/compose/compose-sysroot.js';
import type { JournalStore } from '../../src/journal/store.js';
import type { Checksum, Deployment } from '../../src/model/deployment.js';
import { parseOrigin } from '../../src/model/origin.js';
import { parseLocal } from '../../src/model/package.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { openJournal } from '../journal/journal-fixture.js';
import { removeSysroot } from '../machine/base.js';
import { buildPackage, installArchive } from './archive.js';
import { type DaemonProgram, writeDaemonProgram } from './programs.js';
import { ostree, type SmallBase } from './small-base.js';

export class Lane implements Disposable {
  readonly directory: string;
  /** Path of the sysroot. */
  readonly path: string;
  readonly base: SmallBase;
  readonly #sysroot: Sysroot;

  /** @param writeProgram makes what is started as apt-ostreed: one that dies by plan */
  constructor(directory: string, base: SmallBase, writeProgram: (program: DaemonProgram) => void = writeDaemonProgram) {
    this.directory = directory;
    this.path = join(directory, 'sysroot');
    this.base = base;
    mkdirSync(directory);
    const { repo, ref, versions } = base;
    composeSysroot({
      path: this.path,
      repo,
      ref,
      stateroot: 'debian',
      kargs: ['root=LABEL=root', 'rw'],
      bootloader: 'none',
    });
    // no deployment of it is always there, and a clean-up removes what no ref keeps
    ostree('pull-local', `--repo=${this.repo}`, repo, versions[0]);
    ostree('refs', `--repo=${this.repo}`, '--create=crash/older', versions[0]);
    ostree('remote', 'add', `--repo=${this.repo}`, '--no-gpg-verify', 'crash', `file://${repo}`);
    this.#sysroot = Sysroot.open(this.path);
    installArchive(this.stateroot, join(this.deployments()[0]?.path ?? '', 'etc'));
    buildPackage('crash-local', this.localArchive);
    const { program: file, planFile, traceFile, logFile } = this;
    writeProgram({ file, planFile, traceFile, logFile });
  }

  get repo(): string {
    return join(this.path, 'ostree/repo');
  }

  get own(): string {
    return join(this.path, 'ostree/apt-ostree');
  }

  get stateroot(): string {
    return join(this.path, 'ostree/deploy/debian');
  }

  get program(): string {
    return join(this.directory, 'apt-ostreed');
  }

  get planFile(): string {
    return join(this.directory, 'plan.json');
  }

  /** What daemons and executors printed. */
  get logFile(): string {
    return join(this.directory, 'log');
  }

  get traceFile(): string {
    return join(this.directory, 'trace');
  }

  get archives(): string {
    return join(this.own, 'archives');
  }

  /** As on disk now, in boot order. */
  deployments(): readonly Deployment[] {
    this.#sysroot.loadIfChanged();
    return this.#sysroot.deployments();
  }

  /** Names of the packages that a deployment's origin asks for. */
  requested(index: number): readonly string[] {
    const text = this.deployments()[index]?.origin ?? null;
    if (text === null) return [];
    const { requested, requestedLocal } = parseOrigin(text);
    return [...requested, ...requestedLocal.map((each) => parseLocal(each).name)];
  }

  /** Text of a deployment's origin. */
  origin(index: number): string {
    return this.deployments()[index]?.origin ?? '';
  }

  /** Of the deployment that boots next. */
  kernelArguments(): string {
    return this.deployments()[0]?.kargs ?? '';
  }

  /** The base commit of a deployment. */
  versionOf(index: number): string | null {
    const deployment = this.deployments()[index];
    const base = deployment?.commit.metadata['apt-ostree.base-checksum'] ?? deployment?.checksum;
    return typeof base === 'string' ? base : null;
  }

  /** The version that the default deployment does not have. */
  otherVersion(): Checksum {
    const [older, newer] = this.base.versions;
    return this.versionOf(0) === older ? newer : older;
  }

  /** A package that is in no index. */
  get localArchive(): string {
    return join(this.directory, 'crash-local.deb');
  }

  /** Opens the journal as a daemon would after a crash; no daemon may run. */
  journal<Result>(use: (journal: JournalStore) => Result): Result {
    const journal = openJournal(join(this.stateroot, 'var/lib/apt-ostree/journal.db'));
    try {
      return use(journal);
    } finally {
      journal.close();
    }
  }

  /** Keeps indexes and archives as they are now, for `restoreCaches`. */
  keepCaches(): void {
    for (const [place, kept] of this.#caches()) execFileSync('cp', ['-a', place, kept]);
  }

  restoreCaches(): void {
    for (const [place, kept] of this.#caches()) {
      if (!existsSync(kept)) continue;
      rmSync(place, { recursive: true, force: true });
      execFileSync('cp', ['-a', kept, place]);
    }
  }

  [Symbol.dispose](): void {
    this.#sysroot[Symbol.dispose]();
    removeSysroot(this.path);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #caches(): readonly (readonly [string, string])[] {
    return [
      [join(this.stateroot, 'var/lib/apt'), join(this.directory, 'kept-apt')],
      [this.archives, join(this.directory, 'kept-archives')],
    ];
  }
}
