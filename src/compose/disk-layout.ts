// How the disk is divided: GRUB for BIOS, GRUB for UEFI, and one ext4 root that holds the sysroot with its /boot.

import { AptOstreeError } from '../model/errors.js';

export const SECTOR_BYTES = 512;
const MEBIBYTE = 1024 ** 2;

export interface Partition {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export interface DiskLayout {
  readonly sizeBytes: number;
  /** Holds GRUB's core image; no filesystem. */
  readonly bios: Partition;
  /** EFI system partition, FAT. */
  readonly efi: Partition;
  readonly root: Partition;
}

/** GPT's types, as UEFI and the Discoverable Partitions Specification name them. */
const TYPES = {
  bios: '21686148-6449-6E6F-744E-656564454649',
  efi: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  root: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
} as const;

const EFI_BYTES = 64 * MEBIBYTE;
const SMALLEST_BYTES = 1024 * MEBIBYTE;

/** @throws invalid-argument */
export function diskLayout(sizeBytes: number): DiskLayout {
  if (sizeBytes < SMALLEST_BYTES || sizeBytes % MEBIBYTE !== 0)
    throw new AptOstreeError(
      'invalid-argument',
      `cannot make a disk of ${sizeBytes} bytes: it must be whole mebibytes, ${SMALLEST_BYTES / MEBIBYTE} at least`,
    );
  const bios = { offsetBytes: MEBIBYTE, sizeBytes: MEBIBYTE };
  const efi = { offsetBytes: 2 * MEBIBYTE, sizeBytes: EFI_BYTES };
  const rootOffset = efi.offsetBytes + efi.sizeBytes;
  // the last mebibyte is for the second copy of the table
  const root = { offsetBytes: rootOffset, sizeBytes: sizeBytes - rootOffset - MEBIBYTE };
  return { sizeBytes, bios, efi, root };
}

/** What sfdisk reads. */
export function partitionTable(layout: DiskLayout): string {
  const lines = (['bios', 'efi', 'root'] as const).map((name) => {
    const { offsetBytes, sizeBytes } = layout[name];
    return `start=${offsetBytes / SECTOR_BYTES}, size=${sizeBytes / SECTOR_BYTES}, type=${TYPES[name]}, name=${name}`;
  });
  return `${['label: gpt', 'unit: sectors', ...lines].join('\n')}\n`;
}

const UNITS: Readonly<Record<string, number>> = { M: MEBIBYTE, G: 1024 * MEBIBYTE, T: 1024 ** 2 * MEBIBYTE };

/** `8G` in bytes. @throws invalid-argument */
export function parseDiskSize(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)([MGT])$/.exec(text) ?? [];
  if (count === '')
    throw new AptOstreeError(
      'invalid-argument',
      `cannot use ${JSON.stringify(text)} as a size: it must be a number with M, G or T`,
    );
  return Number(count) * (UNITS[unit] ?? 0);
}
