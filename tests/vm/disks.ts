// The disks of the tests: the machine's, composed by the product from the treefile beside this file, and one with an
// archive of packages, since the machine has no network.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeAptRoot } from '../../src/compose/apt-root.js';
import { loadTreefile } from '../../src/compose/treefile.js';
import { Repo } from '../../src/native/repo.js';
import { type ProcessResult, runChecked } from '../../src/system/process.js';
import { DebFactory, type DebOptions } from '../layer/deb.js';
import { CACHE } from '../machine/base.js';
import { OWN_PACKAGES, SERVICES, updates } from './packages.js';
import { LOGS } from './virtual-machine.js';

const TREEFILE = resolve('tests/vm/machine.yaml');
const REPO = join(CACHE, 'vm/repo');
const REF = 'test/amd64/machine';
const COMPOSE_CACHE = join(CACHE, 'compose');
const COMPOSE = resolve(process.env['APT_OSTREE_PROGRAMS'] ?? 'dist', 'apt-ostree');

export const BASE_DISK = join(LOGS, 'base.raw');
export const ARCHIVE_DISK = join(LOGS, 'archive.raw');
/** Where the machine keeps its copy of the archive. */
export const ARCHIVE = '/var/lib/test-archive';

/**
 * An emulated processor beside others loses ticks: the kernel shall not take its timer for broken, nor systemd give a
 * device up. One console is enough.
 */
const PATIENCE = ['no_timer_check', 'systemd.default_timeout_start_sec=900', 'console=ttyS0'];

/** For who works on the tests: with `APT_OSTREE_VM_DISKS=keep` the disks of the run before are used. */
const isKept = (disk: string): boolean => process.env['APT_OSTREE_VM_DISKS'] === 'keep' && existsSync(disk);

/** As a user does it, from the shipped treefile and package. */
export async function composeBaseDisk(): Promise<void> {
  if (isKept(BASE_DISK)) return;
  mkdirSync(LOGS, { recursive: true });
  mkdirSync(REPO, { recursive: true });
  const options = ['--repo', REPO, '--cachedir', COMPOSE_CACHE, '--workdir', CACHE, '--size', '4G', '--force'];
  const kargs = PATIENCE.map((each) => `--karg=${each}`);
  await runChecked({ command: COMPOSE, args: ['compose', 'image', ...options, ...kargs, TREEFILE, BASE_DISK] });
}

/** A machine's own disk: only what is in use is copied. */
export function copyOfDisk(name: string, from = BASE_DISK): string {
  const disk = join(LOGS, `${name}.raw`);
  execFileSync('cp', ['--sparse=always', '--reflink=auto', from, disk]);
  return disk;
}

/** What the disk holds, and in which releases: the machine takes one after the other. */
export async function makeArchiveDisk(): Promise<void> {
  if (isKept(ARCHIVE_DISK)) return;
  const directory = mkdtempSync(join(tmpdir(), 'vm-archive-'));
  try {
    const kernel = await otherKernel();
    await fill(join(directory, 'first'), { debian: SERVICES, own: OWN_PACKAGES });
    await fill(join(directory, 'second'), { debian: [kernel], own: updates(kernel) });
    const bytes = Number(
      execFileSync('du', ['--summarize', '--bytes', directory], { encoding: 'utf8' }).split('\t')[0],
    );
    rmSync(ARCHIVE_DISK, { force: true });
    const mebibytes = 16 + Math.ceil((bytes / 1024 ** 2) * 1.1);
    const format = ['-q', '-t', 'ext4', '-L', 'archive', '-d', directory, ARCHIVE_DISK, `${mebibytes}M`];
    await runChecked({ command: 'mke2fs', args: format });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export type ArchiveRelease = 'first' | 'second';

interface ArchiveContents {
  /** Of Debian, with all they depend on that the machine lacks. */
  readonly debian: readonly string[];
  readonly own: readonly DebOptions[];
}

async function fill(directory: string, { debian, own }: ArchiveContents): Promise<void> {
  mkdirSync(directory);
  await download(debian, directory);
  buildOwn(own, directory);
  const index = execFileSync('dpkg-scanpackages', ['--multiversion', '.'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  writeFileSync(join(directory, 'Packages'), index);
}

function buildOwn(own: readonly DebOptions[], directory: string): void {
  using debs = new DebFactory();
  for (const each of own)
    copyFileSync(debs.build(each), join(directory, `${each.name}_${each.version ?? '1.0'}_all.deb`));
}

/** A kernel of Debian's that the machine does not have: the newest that is not its own. */
async function otherKernel(): Promise<string> {
  const [kernel] = await withApt(async (apt) => {
    const { stdout } = await apt('apt-cache', ['pkgnames', 'linux-image-6.1.0-']);
    const own = machinePackageState().toString('latin1');
    return stdout
      .split('\n')
      .filter((name) => /^linux-image-6\.1\.0-\d+-cloud-amd64$/.test(name) && !own.includes(`\nPackage: ${name}\n`))
      .sort((one, other) => other.localeCompare(one, 'en', { numeric: true }));
  });
  if (kernel === undefined) throw new Error('Debian has only one kernel');
  return kernel;
}

/** apt decides what is missing, from the machine's own package state. */
function download(names: readonly string[], into: string): Promise<void> {
  return withApt(async (apt) => {
    const archives = join(CACHE, 'vm/archives');
    mkdirSync(join(archives, 'partial'), { recursive: true });
    const where = ['-o', `Dir::Cache::archives=${archives}`];
    await apt('apt-get', ['-y', '-q', ...where, '--download-only', 'install', ...names]);
    const { stdout } = await apt('apt-get', [...where, '-s', 'install', ...names]);
    for (const [, name = '', version = ''] of stdout.matchAll(/^Inst (\S+) \((\S+) /gm)) {
      const prefix = `${name}_${version.replaceAll(':', '%3a')}_`;
      const file = readdirSync(archives).find((each) => each.startsWith(prefix));
      if (file === undefined) throw new Error(`apt did not download ${name} ${version}`);
      copyFileSync(join(archives, file), join(into, file));
    }
  });
}

type Apt = (command: 'apt-get' | 'apt-cache', args: readonly string[]) => Promise<ProcessResult>;

/** With the machine's sources and what is installed on it. */
async function withApt<Result>(body: (apt: Apt) => Promise<Result>): Promise<Result> {
  const scratch = mkdtempSync(join(tmpdir(), 'vm-apt-'));
  try {
    const treefile = loadTreefile(TREEFILE, 'amd64');
    const { environment: env } = await makeAptRoot({
      treefile,
      directory: scratch,
      lists: join(COMPOSE_CACHE, 'lists'),
    });
    const status = join(scratch, 'machine-status');
    writeFileSync(status, machinePackageState());
    const where = ['-o', `Dir::State::status=${status}`];
    return await body((command, args) => runChecked({ command, args: [...where, ...args], env }));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function machinePackageState(): Buffer {
  using repo = Repo.open(REPO);
  const commit = repo.resolve(REF);
  const status = commit === null ? null : repo.tree(commit).read('/usr/lib/sysimage/dpkg/status');
  if (status === null) throw new Error(`${REPO} has no tree ${REF}`);
  return status;
}
