// The composed base without what no package operation looks at, in two versions: a third of the files, a third of the time.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../../src/model/deployment.js';
import { baseRepo } from '../machine/base.js';

export interface SmallBase {
  readonly repo: string;
  readonly ref: string;
  /** Older and newer version of the same tree. */
  readonly versions: readonly [Checksum, Checksum];
}

const REF = 'crash/base';
const LEFT_OUT = ['man', 'doc', 'locale', 'zoneinfo', 'bash-completion', 'lintian'].map((name) => `/usr/share/${name}`);

export async function smallBase(directory: string): Promise<SmallBase> {
  const source = await baseRepo();
  const repo = join(directory, 'base');
  ostree('init', `--repo=${repo}`, '--mode=bare');
  ostree('pull-local', `--repo=${repo}`, source.path, source.commit);
  const skipped = join(directory, 'left-out');
  writeFileSync(skipped, [...LEFT_OUT, ...modules(repo, source.commit)].map((path) => `${path}\n`).join(''));
  const older = commit({ repo, tree: source.commit, version: '1', skipped, directory });
  const newer = commit({ repo, tree: source.commit, version: '2', skipped, directory });
  ostree('prune', `--repo=${repo}`, '--refs-only', '--depth=1');
  rmSync(skipped);
  return { repo, ref: REF, versions: [older, newer] };
}

/** Kernel modules; the indexes beside them stay. */
function modules(repo: string, tree: string): readonly string[] {
  const names = ostree('ls', `--repo=${repo}`, '--nul-filenames-only', tree, '/usr/lib/modules').split('\0');
  return names.filter((name) => name.split('/').length === 5).map((name) => `${name}/kernel`);
}

interface CommitOptions {
  readonly repo: string;
  readonly tree: string;
  readonly version: string;
  readonly skipped: string;
  readonly directory: string;
}

function commit({ repo, tree, version, skipped, directory }: CommitOptions): Checksum {
  const extra = join(directory, 'extra');
  mkdirSync(join(extra, 'usr/lib'), { recursive: true });
  writeFileSync(join(extra, 'usr/lib/crash-version'), `${version}\n`);
  const trees = [`--tree=ref=${tree}`, `--tree=dir=${extra}`, `--skip-list=${skipped}`];
  const about = ['-b', REF, '-s', `version ${version}`, `--add-metadata-string=version=${version}`, '--bootable'];
  const checksum = ostree('commit', `--repo=${repo}`, ...about, ...trees);
  rmSync(extra, { recursive: true });
  return checksum.trim() as Checksum;
}

export function ostree(...args: readonly string[]): string {
  return execFileSync('ostree', args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
