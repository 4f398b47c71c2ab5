// What must hold of a tree before it is committed; each fault is named, all of them at once.

import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { kernelReleases } from './kernel.js';
import { runInTree } from './run-in-tree.js';
import { SYSIMAGE } from './state-layout.js';

/** Everything a tree may have at its top. */
export const TOP_LEVEL: ReadonlySet<string> = new Set([
  ...[
    'bin',
    'sbin',
    'lib',
    'lib32',
    'lib64',
    'libx32',
    'usr',
    'boot',
    'dev',
    'proc',
    'run',
    'sys',
    'sysroot',
    'tmp',
    'var',
  ],
  ...['home', 'root', 'opt', 'srv', 'mnt', 'media', 'ostree'],
]);

/** Below /usr/etc: made on one machine, known to all who have the commit. */
const SECRETS: readonly RegExp[] = [
  /^ssh\/ssh_host_\w+_key$/,
  /^ssl\/private\/ssl-cert-snakeoil\.key$/,
  /^(adjtime|hostid)$/,
];

/** @throws invalid-tree */
export async function checkTree(
  root: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const faults = [
    ...topLevelFaults(root),
    ...kernelFaults(root),
    ...contentFaults(root),
    ...secretFaults(root),
    ...deviceFaults(root, ''),
  ];
  if (faults.length > 0) throw new AptOstreeError('invalid-tree', `cannot commit the tree: ${faults.join('; ')}`);
  await runInTree({ root, writable: false, command: '/usr/bin/true', args: [], code: 'invalid-tree', signal });
}

function topLevelFaults(root: string): readonly string[] {
  return readdirSync(root)
    .filter((name) => !TOP_LEVEL.has(name))
    .map((name) => `/${name} is no place for files of a tree`);
}

/** Exactly one kernel, with its initramfs and its modules: libostree boots the first it finds. */
function kernelFaults(root: string): readonly string[] {
  const releases = kernelReleases(root);
  if (releases.length === 0) return ['it has no kernel'];
  if (releases.length > 1) return [`it has ${releases.length} kernels (${releases.join(', ')}) and must have one`];
  const modules = join(root, 'usr/lib/modules', releases[0]!);
  return ['initramfs.img', 'modules.dep']
    .filter((name) => !existsSync(join(modules, name)))
    .map((name) => `/usr/lib/modules/${releases[0]} has no ${name}`);
}

function contentFaults(root: string): readonly string[] {
  const faults = ['usr/lib/os-release', `${SYSIMAGE.slice(1)}/dpkg/status`, 'usr/etc/passwd', 'usr/sbin/init']
    .filter((path) => !existsAsLink(join(root, path)))
    .map((path) => `/${path} is missing`);
  const empty = ['var', 'boot', 'dev', 'run'].filter(
    (name) => existsSync(join(root, name)) && readdirSync(join(root, name)).length > 0,
  );
  return [...faults, ...empty.map((name) => `/${name} is not empty (${readdirSync(join(root, name))[0]})`)];
}

function existsAsLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function secretFaults(root: string): readonly string[] {
  const etc = join(root, 'usr/etc');
  const secrets = ['', 'ssh', 'ssl/private']
    .flatMap((directory) =>
      namesIn(join(etc, directory)).map((name) => (directory === '' ? name : `${directory}/${name}`)),
    )
    .filter((path) => SECRETS.some((pattern) => pattern.test(path)))
    .map((path) => `/etc/${path} belongs to one machine`);
  const machineId = join(etc, 'machine-id');
  if (
    existsSync(machineId) &&
    statSync(machineId).size > 0 &&
    readFileSync(machineId, 'utf8').trim() !== 'uninitialized'
  )
    secrets.push('/etc/machine-id belongs to one machine');
  return secrets;
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** OSTree stores files, directories and symlinks only. */
function deviceFaults(root: string, path: string): readonly string[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory()) return deviceFaults(root, child);
    return entry.isFile() || entry.isSymbolicLink() ? [] : [`${child} is neither file, directory nor symlink`];
  });
}
