// The crash tests' small base in two versions that differ in what boots, so that a change of version changes /boot, too; and
// a third on a branch that a machine has to pull.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checksum } from '../../src/model/deployment.js';
import { ostree, type SmallBase, smallBase } from '../crash/small-base.js';

/** Nobody boots them: enough bytes that a half-written one would show. */
const BOOT_FILE_BYTES = 200_000;

/** A remote's name and its branch. */
export const NEXT_RELEASE = 'power:power/next';

export async function powerBase(directory: string): Promise<SmallBase> {
  const base = await smallBase(directory);
  const [older, newer] = base.versions;
  const versions = [withBootFiles(base, older, directory), withBootFiles(base, newer, directory)] as const;
  const next = { ...base, ref: NEXT_RELEASE.slice(NEXT_RELEASE.indexOf(':') + 1) };
  withBootFiles(next, withFile(next, newer, directory), directory);
  return { ...base, versions };
}

function withBootFiles({ repo, ref }: SmallBase, tree: string, directory: string) {
  const extra = join(directory, 'boot-files');
  const [release] = releases(repo, tree);
  for (const name of ['vmlinuz', 'initramfs.img']) {
    const file = join(extra, 'usr/lib/modules', release ?? '', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${name} of ${tree}\n`.repeat(BOOT_FILE_BYTES / 80));
  }
  const version = ostree('show', `--repo=${repo}`, '--print-metadata-key=version', tree).trim().replaceAll("'", '');
  const about = ['-b', ref, '-s', `version ${version}`, `--add-metadata-string=version=${version}`, '--bootable'];
  const commit = ostree('commit', `--repo=${repo}`, ...about, `--tree=ref=${tree}`, `--tree=dir=${extra}`).trim();
  rmSync(extra, { recursive: true });
  return checksum(commit);
}

function withFile({ repo, ref }: SmallBase, tree: string, directory: string) {
  const extra = join(directory, 'more-files');
  mkdirSync(join(extra, 'usr/share'), { recursive: true });
  writeFileSync(join(extra, 'usr/share/next'), `of ${ref}\n`.repeat(BOOT_FILE_BYTES / 80));
  const about = ['-b', ref, '-s', 'next', '--add-metadata-string=version=next'];
  const commit = ostree('commit', `--repo=${repo}`, ...about, `--tree=ref=${tree}`, `--tree=dir=${extra}`);
  rmSync(extra, { recursive: true });
  return checksum(commit.trim());
}

function releases(repo: string, tree: string): readonly string[] {
  const names = ostree('ls', `--repo=${repo}`, '--nul-filenames-only', tree, '/usr/lib/modules').split('\0');
  return names.filter((name) => name.split('/').length === 5).map((name) => name.split('/')[4] ?? '');
}
