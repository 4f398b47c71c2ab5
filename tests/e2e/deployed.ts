// Runs programs inside a deployment: chroot, with the mounts and the /var that a boot would give it.

import { join } from 'node:path';
import { type Ran, run } from './commands.js';

/** /etc and /var are in memory, and users and directories are made as at a boot: nothing of the deployment is changed. */
export function inDeployment(directory: string, script: string): Promise<Ran> {
  const at = (path: string) => join(directory, path);
  const setup = [
    'set -e',
    `mount --bind ${directory} ${directory}`,
    ...['var', 'run', 'tmp'].map((name) => `mount -t tmpfs tmpfs ${at(name)}`),
    `cp -a ${at('etc')} ${at('run/etc')}`,
    `mount --bind ${at('run/etc')} ${at('etc')}`,
    `mount -t proc proc ${at('proc')}`,
    `mount --rbind /dev ${at('dev')}`,
    `mount --bind ${at('usr')} ${at('usr')}`,
    `mount -o remount,bind,ro ${at('usr')}`,
    `chroot ${directory} /usr/bin/systemd-sysusers`,
    // 65 and 73: lines for users and devices that only a running machine has
    `chroot ${directory} /usr/bin/systemd-tmpfiles --create --prefix=/var >/dev/null 2>&1 || [ $? = 65 ] || [ $? = 73 ]`,
    `exec chroot ${directory} /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root /bin/sh -c "$1"`,
  ].join('\n');
  const argv = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  return run([...argv, 'sh', '-c', setup, 'sh', script], { timeoutMs: 120_000 });
}
