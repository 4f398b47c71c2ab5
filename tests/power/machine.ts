// A sysroot on a mounted disk, and what can be seen of it: read anew each time, and nothing of it is kept open.

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeSysroot } from '../../src/compose/compose-sysroot.js';
import type { JournalStore } from '../../src/journal/store.js';
import { baseOf, type Checksum, type Deployment } from '../../src/model/deployment.js';
import { parseOrigin } from '../../src/model/origin.js';
import { parseLocal } from '../../src/model/package.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { buildPackage, installArchive } from '../crash/archive.js';
import { ostree, type SmallBase } from '../crash/small-base.js';
import { openJournal } from '../journal/journal-fixture.js';
import { addLargePackage } from './large-package.js';

export class Machine {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The first version is deployed by a request later; no ref of an ordinary sysroot keeps what is only to be deployed. */
  static compose(path: string, { repo, ref, versions: [older] }: SmallBase): Machine {
    const kargs = ['root=LABEL=root', 'rw'];
    composeSysroot({ path, repo, ref, stateroot: 'debian', kargs, bootloader: 'none' });
    const machine = new Machine(path);
    ostree('pull-local', `--repo=${machine.repo}`, repo, older);
    ostree('refs', `--repo=${machine.repo}`, '--create=power/older', older);
    ostree('remote', 'add', `--repo=${machine.repo}`, '--no-gpg-verify', 'power', `file://${repo}`);
    const [deployment] = machine.deployments();
    installArchive(machine.stateroot, join(deployment?.path ?? '', 'etc'));
    addLargePackage(machine.stateroot);
    const sources = join(deployment?.path ?? '', 'etc/apt/sources.list');
    // for `file:`, apt would keep links in place of indexes
    writeFileSync(sources, readFileSync(sources, 'utf8').replace('file:', 'copy:'));
    return machine;
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

  get journalFile(): string {
    return join(this.stateroot, 'var/lib/apt-ostree/journal.db');
  }

  /** In boot order. */
  deployments(): readonly Deployment[] {
    using sysroot = Sysroot.open(this.path);
    return sysroot.deployments();
  }

  journal<Result>(use: (journal: JournalStore) => Result): Result {
    const journal = openJournal(this.journalFile);
    try {
      return use(journal);
    } finally {
      journal.close();
    }
  }

  /** Every ref's name and what its file holds. */
  refs(): ReadonlyMap<string, string> {
    const top = join(this.repo, 'refs');
    const files = readdirSync(top, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
    return new Map(
      files.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(top.length + 1), readFileSync(path, 'utf8').trim()];
      }),
    );
  }

  /** Paths below `objects` of the repo. */
  objects(): readonly string[] {
    const top = join(this.repo, 'objects');
    return readdirSync(top).flatMap((directory) =>
      readdirSync(join(top, directory)).map((name) => `${directory}/${name}`),
    );
  }

  walBytes(): number {
    return statSync(`${this.journalFile}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }
}

/** A package that is in no index, in a directory outside of the machine. */
export function localArchive(directory: string): string {
  const file = join(directory, 'crash-local.deb');
  mkdirSync(directory, { recursive: true });
  buildPackage('crash-local', file);
  return file;
}

/** Appended while the disk is recorded. */
export const KERNEL_ARGUMENT = 'power=cut';

/** What a deployment is made of, in words: the same for every deployment that the same requests led to. */
export function characterOf(deployment: Deployment): string {
  const { requested = [], requestedLocal = [] } = deployment.origin === null ? {} : parseOrigin(deployment.origin);
  const marks = [
    deployment.kargs.split(' ').includes(KERNEL_ARGUMENT) && KERNEL_ARGUMENT,
    deployment.pinned && 'pinned',
  ];
  const packages = [...requested, ...requestedLocal].sort().join(' ') || 'nothing';
  return [baseOf(deployment).slice(0, 8), 'with', packages, ...marks.filter((mark) => mark !== false)].join(' ');
}

export function otherVersion({ versions: [older, newer] }: SmallBase, deployment: Deployment | undefined): Checksum {
  return deployment !== undefined && baseOf(deployment) === older ? newer : older;
}

/** Names of the packages that a deployment was asked to have. */
export function requestedOf(deployment: Deployment | undefined): readonly string[] {
  if (deployment === undefined || deployment.origin === null) return [];
  const { requested, requestedLocal } = parseOrigin(deployment.origin);
  return [...requested, ...requestedLocal.map((each) => parseLocal(each).name)];
}
