// The call that builds an initramfs which mounts a deployment: dracut, only the modules this needs, reproducible.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { readPlainFile } from './plain-places.js';

/** A generic image: what finds and mounts a root filesystem, and ostree-prepare-root. */
const MODULES = [
  'base',
  'systemd',
  'systemd-initrd',
  'rootfs-block',
  'udev-rules',
  'kernel-modules',
  'fs-lib',
  'shutdown',
  'ostree',
];

export interface InitramfsOptions {
  readonly release: string;
  /** Whether the tree has /usr/bin/zstd; dracut falls back to gzip silently, at four times the time. */
  readonly zstd: boolean;
  /** From the treefile or an origin, last, so that they win. */
  readonly extra: readonly string[];
}

/** Where OSTree looks for it, absolute in the tree. */
export function initramfsPath(release: string): string {
  return `/usr/lib/modules/${release}/initramfs.img`;
}

/** Where a tree keeps the arguments its treefile asked for, so that a layer that needs a new initramfs gets a like one. */
const ARGUMENTS_FILE = 'usr/lib/apt-ostree/initramfs-args.json';

export function keepInitramfsArguments(root: string, args: readonly string[]): void {
  if (args.length === 0) return;
  mkdirSync(dirname(join(root, ARGUMENTS_FILE)), { recursive: true });
  writeFileSync(join(root, ARGUMENTS_FILE), `${JSON.stringify(args)}\n`);
}

/** Those of the tree at ROOT; none where its treefile had none. @throws invalid-tree */
export function keptInitramfsArguments(root: string): readonly string[] {
  const file = join(root, ARGUMENTS_FILE);
  if (!existsSync(file)) return [];
  const value = parseJson(readPlainFile(file));
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new AptOstreeError('invalid-tree', `cannot read /${ARGUMENTS_FILE}: it is no list of texts`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // told as a list that is none
    return null;
  }
}

/** Arguments of /usr/bin/dracut. */
export function dracutArguments({ release, zstd, extra }: InitramfsOptions): readonly string[] {
  const chosen = extra.some((each) => /^(-m|--modules)\b/.test(each)) ? [] : ['--modules', MODULES.join(' ')];
  return [
    ...[
      '--quiet',
      '--force',
      '--reproducible',
      '--no-hostonly',
      '--no-hostonly-cmdline',
      '--no-hostonly-default-device',
    ],
    ...[zstd ? '--zstd' : '--gzip', '--tmpdir', '/tmp'],
    ...chosen,
    ...extra,
    ...['--kver', release, initramfsPath(release)],
  ];
}

/** Fixed times inside the image, so that equal inputs give equal bytes and kernels keep sharing /boot. */
export const INITRAMFS_ENVIRONMENT: Readonly<Record<string, string>> = { SOURCE_DATE_EPOCH: '1', TZ: 'UTC' };
