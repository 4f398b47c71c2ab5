// GRUB for a disk that is a file: its images are made whole and written by ourselves, since grub-install wants a
// partitioned block device. It shows the entries of the syslinux file that libostree keeps (docs/decisions/0014).

import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { runChecked } from '../system/process.js';
import { type DiskLayout, SECTOR_BYTES } from './disk-layout.js';

const LIBRARY = '/usr/lib/grub';

interface Target {
  /** Directory of GRUB's parts, and its name for them. */
  readonly format: string;
  readonly package: string;
  readonly modules: readonly string[];
}

/** All that the configuration and what it makes of the syslinux file use: nothing is loaded from disk. */
const MODULES = [
  ...['part_gpt', 'ext2', 'search_fs_uuid', 'normal', 'configfile', 'syslinuxcfg', 'linux', 'test', 'echo', 'sleep'],
  ...['serial', 'terminal', 'reboot', 'halt', 'minicmd', 'ls', 'cat'],
];
const BIOS: Target = {
  format: 'i386-pc',
  package: 'grub-pc-bin',
  modules: [...MODULES, 'biosdisk', 'linux16'],
};
const EFI: Target = {
  format: 'x86_64-efi',
  package: 'grub-efi-amd64-bin',
  modules: [...MODULES, 'fat', 'efi_gop', 'efi_uga', 'all_video'],
};

/** In the root filesystem; read by both. */
export const GRUB_CONFIG = `# written once by apt-ostree: the entries are in the file that OSTree keeps
if serial --unit=0 --speed=115200; then
  terminal_input console serial
  terminal_output console serial
fi
syslinux_configfile -s ($root)/boot/syslinux/syslinux.cfg
`;

export interface GrubOptions {
  readonly disk: string;
  readonly layout: DiskLayout;
  readonly rootUuid: string;
  /** For images before they are on the disk. */
  readonly scratch: string;
  readonly signal?: AbortSignal | undefined;
}

/** @throws command-failed when GRUB's parts are not installed */
export async function installGrub(options: GrubOptions): Promise<void> {
  const { scratch, rootUuid } = options;
  writeFileSync(join(scratch, 'early.cfg'), `search.fs_uuid ${rootUuid} root\nset prefix=($root)/boot/grub\n`);
  await installForBios(options);
  await installForEfi(options);
}

async function installForBios(options: GrubOptions): Promise<void> {
  const core = readFileSync(await makeImage(BIOS, options));
  const boot = readFileSync(join(LIBRARY, BIOS.format, 'boot.img'));
  const { offsetBytes, sizeBytes } = options.layout.bios;
  if (core.length > sizeBytes) throw new AptOstreeError('internal', 'internal error: GRUB outgrew its partition');
  const fd = openSync(options.disk, 'r+');
  try {
    const first = offsetBytes / SECTOR_BYTES;
    writeSync(fd, withBlockList(core, first), 0, core.length, offsetBytes);
    const record = Buffer.alloc(SECTOR_BYTES);
    readSync(fd, record, 0, SECTOR_BYTES, 0);
    writeSync(fd, bootRecord(boot, record, first), 0, SECTOR_BYTES, 0);
  } finally {
    closeSync(fd);
  }
}

/** Offsets of GRUB's include/grub/i386/pc/boot.h: what grub-bios-setup fills in. */
const BOOT = { kernelSector: 0x5c, driveCheck: 0x66, partitionTable: 0x1b8, signature: 0x1fe };
const NO_OPERATION = 0x90;

/** GRUB's first sector, with the partition table of the disk's. */
function bootRecord(boot: Buffer, record: Buffer, coreSector: number): Buffer {
  const made = Buffer.from(boot.subarray(0, SECTOR_BYTES));
  made.writeBigUInt64LE(BigInt(coreSector), BOOT.kernelSector);
  // some BIOSes do not tell which disk they boot; without the check, GRUB takes the first
  made.fill(NO_OPERATION, BOOT.driveCheck, BOOT.driveCheck + 2);
  record.copy(made, BOOT.partitionTable, BOOT.partitionTable, BOOT.signature);
  return made;
}

/** The core's first sector reads the others: start, count and segment stand at its end. */
function withBlockList(core: Buffer, coreSector: number): Buffer {
  const LIST_ENTRY_BYTES = 12;
  const LOAD_SEGMENT = 0x820;
  const made = Buffer.from(core);
  const at = SECTOR_BYTES - LIST_ENTRY_BYTES;
  made.writeBigUInt64LE(BigInt(coreSector + 1), at);
  made.writeUInt16LE(Math.ceil(core.length / SECTOR_BYTES) - 1, at + 8);
  made.writeUInt16LE(LOAD_SEGMENT, at + 10);
  return made;
}

/** Where firmware looks on any disk. */
const EFI_PATH = ['EFI', 'EFI/BOOT', 'EFI/BOOT/BOOTX64.EFI'] as const;

async function installForEfi(options: GrubOptions): Promise<void> {
  const { disk, layout, signal } = options;
  const image = await makeImage(EFI, options);
  const { offsetBytes, sizeBytes } = layout.efi;
  const filesystem = `${disk}@@${offsetBytes}`;
  const mtools = (command: string, args: readonly string[]) =>
    runChecked({ command, args: ['-i', filesystem, ...args], signal, task: 'make the EFI system partition' });
  await mtools('mformat', ['-T', String(sizeBytes / SECTOR_BYTES), '-v', 'EFI', '::']);
  const [top, directory, file] = EFI_PATH;
  for (const each of [top, directory]) await mtools('mmd', [`::${each}`]);
  await mtools('mcopy', [image, `::${file}`]);
}

async function makeImage({ format, package: name, modules }: Target, options: GrubOptions): Promise<string> {
  const directory = join(LIBRARY, format);
  if (!existsSync(directory))
    throw new AptOstreeError('command-failed', `cannot make the boot loader: ${directory} is missing; install ${name}`);
  const image = join(options.scratch, `${format}.img`);
  const early = join(options.scratch, 'early.cfg');
  const where = ['--directory', directory, '--format', format, '--output', image];
  await runChecked({
    command: 'grub-mkimage',
    args: [...where, '--config', early, '--prefix', '/boot/grub', '--compression', 'auto', ...modules],
    signal: options.signal,
    task: `make GRUB for ${format}`,
  });
  if (statSync(image).size === 0) throw new AptOstreeError('command-failed', `cannot make GRUB for ${format}`);
  return image;
}
