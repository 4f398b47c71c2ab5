// What an ended transaction must not leave behind, looked for where it could be.

import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Deployment } from '../../src/model/deployment.js';
import { flock } from '../../src/native/libc.js';
import type { Lane } from './lane.js';
import type { TraceLine } from './plan.js';

/** One line each; empty is good. */
export function leftovers(lane: Lane, lines: readonly TraceLine[]): readonly string[] {
  return [
    ...filesLeft(lane),
    ...refsLeft(lane),
    ...sockets(lines),
    ...processesLeft(lane),
    ...mountsLeft(lane),
    ...locksHeld(lane),
  ];
}

function filesLeft(lane: Lane): readonly string[] {
  const deployments = lane.deployments();
  const bases = deployments.map(baseOf);
  return [
    ...unexpected(join(lane.own, 'scratch'), () => false),
    ...unexpected(join(lane.own, 'bases'), (name) => bases.includes(name)),
    ...unexpected(lane.archives, (name) => name.endsWith('.deb') || name === 'partial'),
    ...unexpected(join(lane.archives, 'partial'), () => false),
    ...unexpected(join(lane.stateroot, 'deploy'), (name) => deployments.some((each) => isOf(each, name))),
    ...unexpected(join(lane.repo, 'tmp'), (name) => name === 'cache'),
    ...unexpected(join(lane.path, 'boot/ostree'), (name) =>
      deployments.some(({ stateroot, bootChecksum }) => name === `${stateroot}-${bootChecksum}`),
    ),
  ];
}

function isOf({ checksum, serial }: Deployment, name: string): boolean {
  return name === `${checksum}.${serial}` || name === `${checksum}.${serial}.origin`;
}

function unexpected(directory: string, expects: (name: string) => boolean): readonly string[] {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names.filter((name) => !expects(name)).map((name) => `${join(directory, name)} is left`);
}

function baseOf({ checksum, commit }: Deployment): string {
  const base = commit.metadata['apt-ostree.base-checksum'];
  return typeof base === 'string' ? base : checksum;
}

function refsLeft(lane: Lane): readonly string[] {
  const refs = join(lane.repo, 'refs/heads/apt-ostree');
  const bases = lane.deployments().map(baseOf);
  return [
    ...unexpected(join(refs, 'transaction'), () => false),
    ...unexpected(join(refs, 'upgrade'), () => false),
    ...unexpected(join(refs, 'base'), (name) => bases.includes(name)),
  ];
}

function sockets(lines: readonly TraceLine[]): readonly string[] {
  const directories = lines.flatMap((line) =>
    line.type === 'life' ? [dirname(line.address.replace(/^unix:path=/, ''))] : [],
  );
  return directories.filter((path) => existsSync(path)).map((path) => `${path} is left`);
}

/** Whoever was started for this lane, or lives in a mount namespace where something of it is mounted. */
function processesLeft(lane: Lane): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    const about = (file: string) => readAbout(pid, file);
    // strace is ours, and ends when those it traced have
    if (/\(strace\) |\) Z /.test(about('stat'))) return [];
    const isOurs = about('cmdline').includes(lane.directory) || about('environ').includes(lane.planFile);
    const mounted = about('mountinfo').includes(`${lane.path}/`);
    return isOurs || mounted ? [`process ${pid} is left: ${about('cmdline').replaceAll('\0', ' ')}`] : [];
  });
}

/** An executor mounts in a namespace of its own: whatever we see of it has escaped. */
function mountsLeft(lane: Lane): readonly string[] {
  const places = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  return places.filter((place) => place.startsWith(`${lane.directory}/`)).map((place) => `${place} is mounted`);
}

/** Empty when it has ended by now, or is none that root may look into. */
function readAbout(pid: string, file: string): string {
  try {
    return readFileSync(join('/proc', pid, file), 'utf8');
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ESRCH', 'EINVAL', 'EACCES'].includes(String(error.code))
    )
      return '';
    throw error;
  }
}

function locksHeld(lane: Lane): readonly string[] {
  const files = [join(lane.own, 'executor.lock'), join(lane.path, 'ostree/lock'), join(lane.repo, '.lock')];
  return files.filter((file) => existsSync(file) && !isFree(file)).map((file) => `${file} is held`);
}

function isFree(file: string): boolean {
  const fd = openSync(file, 'r');
  try {
    return flock(fd, { exclusive: true, wait: false });
  } finally {
    closeSync(fd);
  }
}
