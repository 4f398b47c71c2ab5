// The call that builds an initramfs which mounts a deployment: dracut, only the modules this needs, reproducible.

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
