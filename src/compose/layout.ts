// Turns a plain Debian root filesystem into a tree that OSTree can deploy, in place.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ownerNames } from '../tree/account-names.js';
import { moveKernels } from '../tree/kernel.js';
import { stripMachineSpecific } from '../tree/machine-specific.js';
import { captureOpt } from '../tree/opt-capture.js';
import { installSecretUnits } from '../tree/secret-units.js';
import {
  EXTENDED_STATES,
  STATE_DIRECTORIES,
  STATE_LITTER,
  STATE_TMPFILES,
  SYSIMAGE,
  stateLinkTarget,
} from '../tree/state-layout.js';
import { knownPaths } from '../tree/tmpfiles.js';
import { formatLine } from '../tree/tmpfiles-line.js';
import { captureVar } from '../tree/var-capture.js';
import { keepSources } from './keep-sources.js';
import type { AptSource } from './machine-sources.js';
import { treeSources } from './tree-sources.js';
import type { Treefile } from './treefile.js';

/** Raised whenever the same packages give another tree, so that the next compose does not call it unchanged. */
export const LAYOUT_VERSION = 3;

/** Directories at the top that are a machine's own: symlinks into /var. */
const INTO_VAR: readonly (readonly [directory: string, inVar: string, link: string])[] = [
  ['home', 'home', 'var/home'],
  ['root', 'roothome', 'var/roothome'],
  ['srv', 'srv', 'var/srv'],
  ['mnt', 'mnt', 'var/mnt'],
  ['opt', 'opt', 'var/opt'],
  ['usr/local', 'usrlocal', '../var/usrlocal'],
];

/** Where apt's and OSTree's parts of the tree say how it differs from plain Debian. */
const APT_CONFIGURATION = 'etc/apt/apt.conf.d/05apt-ostree';

export async function convertToOstree(root: string, treefile: Treefile): Promise<void> {
  clearMounts(root);
  moveKernels(root);
  movePackageState(root);
  writeAptConfiguration(root, treeSources(treefile));
  installSecretUnits(join(root, 'usr'), stripMachineSpecific(join(root, 'etc')));
  writeMachineId(root, treefile);
  placeTmp(root, treefile);
  redirectTmpfiles(root);
  captureOpt({ optDir: join(root, 'opt'), usrDir: join(root, 'usr'), tmpfilesName: 'apt-ostree-2-opt' });
  linkIntoVar(root);
  await emptyVar(root);
  renameSync(join(root, 'etc'), join(root, 'usr/etc'));
}

/** Mount points hold nothing; the device nodes that bootstrapping needed cannot be committed. */
function clearMounts(root: string): void {
  for (const name of ['dev', 'proc', 'run', 'sys', 'tmp', 'media'])
    rmSync(join(root, name), { recursive: true, force: true });
  for (const name of ['dev', 'proc', 'run', 'sys', 'sysroot']) mkdirSync(join(root, name));
  symlinkSync('run/media', join(root, 'media'));
  symlinkSync('sysroot/ostree', join(root, 'ostree'));
}

function movePackageState(root: string): void {
  const lines: string[] = [];
  for (const state of STATE_DIRECTORIES) {
    const from = join(root, state.path);
    const to = join(root, SYSIMAGE, state.name);
    mkdirSync(dirname(to), { recursive: true });
    if (existsSync(from)) renameSync(from, to);
    else mkdirSync(to);
    const owner = { mode: null, user: null, group: null };
    lines.push(formatLine({ type: 'L', path: state.path, ...owner, argument: stateLinkTarget(state) }));
  }
  moveExtendedStates(root);
  for (const litter of STATE_LITTER) rmSync(join(root, litter), { force: true });
  writeFileSync(join(root, 'usr/lib/tmpfiles.d', `${STATE_TMPFILES}.conf`), `${lines.join('\n')}\n`);
}

function moveExtendedStates(root: string): void {
  const to = join(root, EXTENDED_STATES);
  mkdirSync(dirname(to), { recursive: true });
  renameSync(join(root, 'var/lib/apt/extended_states'), to);
}

/** What bootstrapping needed of apt's configuration goes. */
function writeAptConfiguration(root: string, sources: readonly AptSource[]): void {
  rmSync(join(root, 'etc/apt/apt.conf.d/99mmdebstrap'), { force: true });
  keepSources(root, sources);
  const text = `// package state of a deployment lies in its tree\nDir::State::extended_states "${EXTENDED_STATES}";\n`;
  writeFileSync(join(root, APT_CONFIGURATION), text);
}

/** Empty: each machine fills it in at its first boot. Absent, that boot counts as the first and enables units by preset. */
function writeMachineId(root: string, { machineIdCompat }: Treefile): void {
  const file = join(root, 'etc/machine-id');
  rmSync(file, { force: true });
  if (machineIdCompat) writeFileSync(file, '');
}

function placeTmp(root: string, { tmpIsDirectory }: Treefile): void {
  if (!tmpIsDirectory) {
    symlinkSync('sysroot/tmp', join(root, 'tmp'));
    writeFileSync(join(root, 'usr/lib/tmpfiles.d/apt-ostree-tmp.conf'), 'd /sysroot/tmp 1777 root root 10d\n');
    return;
  }
  mkdirSync(join(root, 'tmp'));
  chmodSync(join(root, 'tmp'), 0o1777);
  // Debian ships the unit as an example: without a mount, /tmp would lie in the deployment
  const unit = '/usr/share/systemd/tmp.mount';
  if (!existsSync(join(root, unit))) return;
  const system = join(root, 'etc/systemd/system');
  mkdirSync(join(system, 'local-fs.target.wants'), { recursive: true });
  for (const link of ['tmp.mount', 'local-fs.target.wants/tmp.mount']) {
    rmSync(join(system, link), { force: true });
    symlinkSync(unit, join(system, link));
  }
}

/** Lines for /home and the like would complain of the symlink at every boot: /etc overrides them with the real place. */
function redirectTmpfiles(root: string): void {
  const shipped = join(root, 'usr/lib/tmpfiles.d');
  for (const name of readdirSync(shipped)) {
    const text = readFileSync(join(shipped, name), 'utf8');
    const redirected = text.split('\n').flatMap(redirectLine).join('\n');
    if (redirected === text) continue;
    mkdirSync(join(root, 'etc/tmpfiles.d'), { recursive: true });
    writeFileSync(join(root, 'etc/tmpfiles.d', name), redirected);
  }
}

function redirectLine(line: string): readonly string[] {
  const [, start = '', path = '', rest = ''] = /^([a-zA-Z]\S*\s+)(\/\S*)(.*)$/.exec(line) ?? [];
  const found = INTO_VAR.find(([directory]) => path === `/${directory}` || path.startsWith(`/${directory}/`));
  if (found === undefined) return [line];
  const below = path.slice(found[0].length + 1);
  // the directory itself is captured with all of /var
  return below === '' ? [] : [`${start}/var/${found[1]}${below}${rest}`];
}

function linkIntoVar(root: string): void {
  for (const [directory, inVar, link] of INTO_VAR) {
    const from = join(root, directory);
    const to = join(root, 'var', inVar);
    // base-files may ship a symlink or an empty directory of the same name
    if (lstatSync(to, { throwIfNoEntry: false })?.isDirectory()) rmdirSync(to);
    if (existsSync(from)) renameSync(from, to);
    else mkdirSync(to);
    symlinkSync(link, from);
  }
}

async function emptyVar(root: string): Promise<void> {
  const varDir = join(root, 'var');
  const names = ownerNames(join(root, 'etc'));
  writeFileSync(join(root, 'usr/lib/tmpfiles.d/apt-ostree-media.conf'), 'd /run/media 0755 root root -\n');
  const known = knownPaths(root);
  await captureVar({ varDir, usrDir: join(root, 'usr'), tmpfilesName: 'apt-ostree-1-var', known, ...names });
  for (const name of readdirSync(varDir)) rmSync(join(varDir, name), { recursive: true });
}
