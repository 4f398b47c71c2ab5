// Turns a plain Debian root filesystem into a tree that OSTree can deploy, in place.

import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ACCOUNT_LITTER } from '../tree/accounts.js';
import { moveKernels } from '../tree/kernel.js';
import { removeSecrets } from '../tree/machine-secrets.js';
import { moveOptPayload } from '../tree/opt-payload.js';
import { shippedFiles } from '../tree/shipped-files.js';
import { EXTENDED_STATES, STATE_DIRECTORIES, STATE_LITTER, SYSIMAGE, stateLinkTarget } from '../tree/state-layout.js';
import { symlinkLine, TMPFILES, writeTmpfiles } from '../tree/tmpfiles-file.js';
import { isAddedFile } from './customize.js';
import { keepSources } from './keep-sources.js';
import type { AptSource } from './machine-sources.js';
import { moveStateIntoVar } from './machine-state.js';
import { treeSources } from './tree-sources.js';
import type { Treefile } from './treefile.js';

/** Raised whenever the same packages give another tree, so that the next compose does not call it unchanged. */
export const LAYOUT_VERSION = 4;

/** Where apt's and OSTree's parts of the tree say how it differs from plain Debian. */
const APT_CONFIGURATION = 'etc/apt/apt.conf.d/05apt-ostree';

/** @param say is told which keys are left out */
export async function convertToOstree(root: string, treefile: Treefile, say: (line: string) => void): Promise<void> {
  clearMounts(root);
  moveKernels(root);
  movePackageState(root);
  writeAptConfiguration(root, treeSources(treefile));
  dropEtcLitter(root);
  leaveSecretsOut(root, treefile, say);
  writeMachineId(root, treefile);
  placeTmp(root, treefile);
  moveOptPayload(root);
  await moveStateIntoVar(root);
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
  for (const state of STATE_DIRECTORIES) {
    const from = join(root, state.path);
    const to = join(root, SYSIMAGE, state.name);
    mkdirSync(dirname(to), { recursive: true });
    if (existsSync(from)) renameSync(from, to);
    else mkdirSync(to);
  }
  moveExtendedStates(root);
  for (const litter of STATE_LITTER) rmSync(join(root, litter), { force: true });
  const links = STATE_DIRECTORIES.map((state) => symlinkLine(state.path, stateLinkTarget(state)));
  writeTmpfiles(join(root, 'usr'), TMPFILES.state, links);
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

/** What bootstrapping took from this machine, and account tools leave behind. */
function dropEtcLitter(root: string): void {
  for (const name of [...ACCOUNT_LITTER, 'hostname', 'mtab.new', 'resolv.conf'])
    rmSync(join(root, 'etc', name), { force: true });
}

function leaveSecretsOut(root: string, treefile: Treefile, say: (line: string) => void): void {
  const shipped = shippedFiles(root, null);
  const etc = join(root, 'etc');
  const { lost } = removeSecrets({
    etc: { seen: etc, changed: etc },
    varDir: join(root, 'var'),
    usrDir: join(root, 'usr'),
    isShipped: (path) => shipped.has(path) || isAddedFile(path, treefile),
  });
  for (const path of lost)
    say(`Left out ${path}: a key made while installing; key "add-files" puts one into the tree that all may know`);
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
