// The layer over the base tree that only scripts see: mount points, and stand-ins for what must not act while a tree
// is assembled. It is a lower layer, so nothing of it can get into a commit.

import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OPT_PAYLOAD } from '../../tree/opt-payload.js';

/** Directories that bubblewrap mounts over; a checkout has no /etc. */
const MOUNT_POINTS = ['dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'var', 'boot'];

const STUB = '#!/bin/sh\n# stands in while a tree is assembled\n';

const FILES: Readonly<Record<string, string>> = {
  // invoke-rc.d: 101 means "action forbidden by policy"; no service starts here
  'usr/sbin/policy-rc.d': `${STUB}exit 101\n`,
  // the tree's initramfs is made once, when everything is configured
  'usr/sbin/update-initramfs': `${STUB}exit 0\n`,
  // asks, or refuses, when the kernel that runs the machine goes from the tree of another deployment
  'usr/bin/linux-check-removal': `${STUB}exit 0\n`,
  'usr/etc/kernel-img.conf': 'do_symlinks = no\nno_symlinks = yes\n',
};

const HOOK_DIRECTORIES = ['usr/etc/kernel/postinst.d', 'usr/etc/kernel/postrm.d'];
/** Hooks that make an initramfs or write a boot loader's configuration: both are done by the deployment. */
const MASKED_HOOKS = new Set(['dracut', 'initramfs-tools', 'zz-runlilo', 'zz-systemd-boot', 'zz-update-grub']);

/** Layer of mount points alone, for programs that only read the tree. */
export function writeMountPoints(directory: string, base: string): void {
  for (const name of MOUNT_POINTS) makeDirectory(directory, name, base);
}

export function writeShim(directory: string, base: string): void {
  writeMountPoints(directory, base);
  makeDirectory(directory, OPT_PAYLOAD, base);
  for (const [path, content] of [...Object.entries(FILES), ...maskedHooks(base)]) {
    makeDirectory(directory, dirname(path), base);
    writeFileSync(join(directory, path), content);
    chmodSync(join(directory, path), content.startsWith('#!') ? 0o755 : 0o644);
  }
}

function maskedHooks(base: string): readonly (readonly [path: string, content: string])[] {
  return HOOK_DIRECTORIES.filter((path) => existsSync(join(base, path))).flatMap((path) =>
    readdirSync(join(base, path))
      .filter((name) => MASKED_HOOKS.has(name))
      .map((name) => [`${path}/${name}`, `${STUB}exit 0\n`] as const),
  );
}

/** The top layer's directory is the one that is seen and copied up, so it gets owner and mode of the base's. */
function makeDirectory(directory: string, path: string, base: string): void {
  if (path === '.') return;
  makeDirectory(directory, dirname(path), base);
  const target = join(directory, path);
  if (existsSync(target)) return;
  mkdirSync(target, { mode: 0o755 });
  const original = join(base, path);
  if (!existsSync(original)) return;
  const stat = lstatSync(original);
  if (!stat.isDirectory()) return;
  chownSync(target, stat.uid, stat.gid);
  chmodSync(target, stat.mode & 0o7777);
}
