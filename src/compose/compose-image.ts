// Makes a file a disk that boots a commit, on BIOS and UEFI: partitions, boot loader, and a sysroot on ext4. The only
// help it needs of the kernel is a loop device, and its mount is seen by nobody else and ends with the program.

import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { type CheckedOptions, runChecked } from '../system/process.js';
import { type DiskLayout, diskLayout, partitionTable } from './disk-layout.js';
import { GRUB_CONFIG, installGrub } from './grub.js';

export interface ImageOptions {
  readonly repo: string;
  readonly ref: string;
  /** The file; made whole or not at all. */
  readonly output: string;
  readonly sizeBytes: number;
  readonly stateroot: string;
  /** After `root=` and `rw`. */
  readonly kargs: readonly string[];
  /** Second field of root's line in /etc/shadow, in the first deployment only: no secret gets into a commit. */
  readonly rootPassword: string | null;
  /** Overwrite a file that is there. */
  readonly force: boolean;
  readonly workDirectory: string;
  /** How this program is started. */
  readonly program: readonly string[];
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** @throws invalid-argument, no-such-revision, command-failed, ostree-failed, no-space */
export async function composeImage(options: ImageOptions): Promise<void> {
  const output = resolve(options.output);
  checkOutput(output, options.force);
  const layout = diskLayout(options.sizeBytes);
  mkdirSync(options.workDirectory, { recursive: true });
  const scratch = mkdtempSync(join(resolve(options.workDirectory), 'apt-ostree-image-'));
  // beside the output, so that its name is given to it in one step
  const disk = join(dirname(output), `.${randomUUID()}.part`);
  try {
    await makeDisk({ disk, layout, scratch }, options);
    syncFile(disk);
    renameSync(disk, output);
  } finally {
    rmSync(disk, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @throws invalid-argument */
export function checkOutput(output: string, force: boolean): void {
  const present = lstatSync(output, { throwIfNoEntry: false });
  if (present === undefined) return;
  if (!present.isFile()) throw new AptOstreeError('invalid-argument', `cannot write ${output}: it is no regular file`);
  if (!force) throw new AptOstreeError('invalid-argument', `cannot write ${output}: it exists already (see --force)`);
}

function syncFile(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

interface Place {
  readonly disk: string;
  readonly layout: DiskLayout;
  readonly scratch: string;
}

async function makeDisk(place: Place, options: ImageOptions): Promise<void> {
  const { disk, layout } = place;
  const { say, signal } = options;
  const rootUuid = randomUUID();
  say(`Making a disk of ${layout.sizeBytes / 1024 ** 2} MiB`);
  writeFileSync(disk, '', { mode: 0o600 });
  truncateSync(disk, layout.sizeBytes);
  const table = { command: 'sfdisk', args: ['--quiet', disk], stdin: partitionTable(layout) };
  await runChecked({ ...table, signal, task: 'write the partition table' });
  await makeRootFilesystem(place, rootUuid, signal);
  say(`Deploying ${options.ref}`);
  await fillRoot(place, rootUuid, options);
  say('Installing GRUB');
  await installGrub({ ...place, rootUuid, signal });
}

/** Features that GRUB 2.06 cannot read stay off, whatever this machine's defaults are. */
const FEATURES = '^metadata_csum_seed,^orphan_file';

async function makeRootFilesystem({ disk, layout }: Place, uuid: string, signal?: AbortSignal): Promise<void> {
  const { offsetBytes, sizeBytes } = layout.root;
  const kind = ['-q', '-F', '-t', 'ext4', '-O', FEATURES, '-L', 'root', '-U', uuid];
  const where = ['-E', `offset=${offsetBytes},lazy_itable_init=1,lazy_journal_init=1,nodiscard`];
  const args = [...kind, ...where, disk, `${sizeBytes / 1024}k`];
  await runChecked({ command: 'mke2fs', args, signal, task: 'make the root filesystem' });
}

/** Unmounting here, and not by the end of the namespace, is what waits until everything is in the file. */
const FILL = `set -e
mount -t ext4 -o "loop,offset=$OFFSET,sizelimit=$SIZE" -- "$DISK" "$MOUNT"
install -D -m 644 -- "$GRUB_CONFIG" "$MOUNT/boot/grub/grub.cfg"
"$@" "$MOUNT"
if test -n "$ROOT_PASSWORD"; then
  shadow=$(echo "$MOUNT"/ostree/deploy/*/deploy/*/etc/shadow)
  sed -i "s|^root:[^:]*:|root:$ROOT_PASSWORD:|" "$shadow"
fi
umount "$MOUNT"
`;

async function fillRoot({ disk, layout, scratch }: Place, uuid: string, options: ImageOptions): Promise<void> {
  const mount = join(scratch, 'root');
  const grubConfig = join(scratch, 'grub.cfg');
  mkdirSync(mount);
  writeFileSync(grubConfig, GRUB_CONFIG);
  const { repo, ref, stateroot, program, kargs, signal } = options;
  const all = [`root=UUID=${uuid}`, 'rw', ...kargs].map((each) => `--karg=${each}`);
  const what = [`--repo=${resolve(repo)}`, `--ref=${ref}`, `--stateroot=${stateroot}`, '--bootloader=syslinux'];
  const fill: CheckedOptions = {
    command: 'unshare',
    args: ['--mount', '--propagation', 'private', 'sh', '-c', FILL, 'sh', ...program, 'sysroot', ...what, ...all],
    env: {
      DISK: disk,
      MOUNT: mount,
      OFFSET: String(layout.root.offsetBytes),
      SIZE: String(layout.root.sizeBytes),
      GRUB_CONFIG: grubConfig,
      ROOT_PASSWORD: options.rootPassword ?? '',
    },
    signal,
    task: 'fill the root filesystem',
  };
  await runChecked(fill);
}
