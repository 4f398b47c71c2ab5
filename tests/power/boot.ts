// Whether a boot loader would find something to boot on a disk: entries, kernels, and the deployments that they name.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../src/model/deployment.js';
import type { Machine } from './machine.js';

export function bootViolations({ path }: Machine, deployments: readonly Deployment[]): readonly string[] {
  const loader = join(path, 'boot/loader');
  if (!/^loader\.[01]$/.test(linkTarget(loader))) return ['/boot/loader leads nowhere'];
  const names = existsSync(join(loader, 'entries')) ? readdirSync(join(loader, 'entries')) : [];
  if (names.length !== deployments.length)
    return [`there are ${names.length} boot entries and ${deployments.length} deployments`];
  const entries = names.map((name) => readEntry(join(loader, 'entries', name)));
  const booted = entries.sort((one, other) => other.version - one.version);
  return booted.flatMap((entry, index) => entryViolations(path, entry, deployments[index]));
}

interface Entry {
  readonly name: string;
  /** The highest boots. */
  readonly version: number;
  readonly values: ReadonlyMap<string, string>;
}

function readEntry(file: string): Entry {
  const lines = readFileSync(file, 'utf8').split('\n');
  const values = new Map(lines.map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
  return { name: file.slice(file.lastIndexOf('/') + 1), version: Number(values.get('version')), values };
}

function entryViolations(
  sysroot: string,
  { name, values }: Entry,
  deployment: Deployment | undefined,
): readonly string[] {
  const files = ['linux', 'initrd'].flatMap((key) => {
    const value = values.get(key);
    return value === undefined ? [`${name} has no ${key}`] : bootFileViolations(sysroot, value, deployment);
  });
  const place = /(?:^| )ostree=(\S+)/.exec(values.get('options') ?? '')?.[1];
  if (place === undefined) return [...files, `${name} boots no deployment`];
  const directory = join(sysroot, place);
  if (!existsSync(join(directory, 'usr'))) return [...files, `${name} leads to ${place}, where no deployment is`];
  if (deployment === undefined || realpathSync(directory) !== realpathSync(deployment.path))
    return [...files, `${name} boots another deployment than libostree says`];
  return files;
}

/** Byte for byte what the deployment's tree has. */
function bootFileViolations(sysroot: string, place: string, deployment: Deployment | undefined): readonly string[] {
  const file = join(sysroot, 'boot', place);
  if (!existsSync(file)) return [`${place} is not in /boot`];
  const modules = join(deployment?.path ?? '', 'usr/lib/modules');
  const [release = ''] = existsSync(modules) ? readdirSync(modules) : [];
  const name = place.includes('initramfs') ? 'initramfs.img' : 'vmlinuz';
  const original = join(modules, release, name);
  if (!existsSync(original)) return [`the deployment of ${place} has no ${name}`];
  return digest(file) === digest(original) ? [] : [`${place} is not what the deployment has`];
}

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
