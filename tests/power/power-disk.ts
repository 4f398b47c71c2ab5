// The disk of `power-disk.c`: built where it is needed, mounted, and with an ext4 filesystem on it.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SOURCE = resolve('tests/power/power-disk.c');
const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'power-disk');

export function buildPowerDisk(): void {
  const flags = ['-O2', '-Wall', '-Werror', '-D_FILE_OFFSET_BITS=64', '-I/usr/include/fuse3'];
  execFileSync('cc', [...flags, '-o', PROGRAM, SOURCE, '-lfuse3', '-lpthread']);
}

export interface DiskOptions {
  /** Where to mount it; made. */
  readonly at: string;
  readonly image: string;
  /** Where to record; null keeps writes in memory only. */
  readonly log: string | null;
}

export class PowerDisk {
  readonly #at: string;
  readonly #server: ChildProcess;
  readonly #control: number;

  static async start({ at, image, log }: DiskOptions): Promise<PowerDisk> {
    mkdirSync(at);
    const args = [at, image, ...(log === null ? [] : [log])];
    const server = spawn(PROGRAM, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    const control = join(at, log === null ? 'reset' : 'mark');
    while (!existsSync(control)) {
      if (server.exitCode !== null || server.signalCode !== null) throw new Error('the power disk ended');
      await sleep(5);
    }
    return new PowerDisk(at, server, openSync(control, 'r+'));
  }

  private constructor(at: string, server: ChildProcess, control: number) {
    this.#at = at;
    this.#server = server;
    this.#control = control;
  }

  /** The file to mount. */
  get device(): string {
    return join(this.#at, 'disk');
  }

  /** Whoever writes a text there marks the log with it. */
  get markFile(): string {
    return join(this.#at, 'mark');
  }

  mark(text: string): void {
    writeSync(this.#control, text);
  }

  /** Forgets what was written since the last time. */
  reset(): void {
    writeSync(this.#control, 'x');
  }

  async stop(): Promise<void> {
    closeSync(this.#control);
    const ended = new Promise((done) => this.#server.once('exit', done));
    execFileSync('umount', [this.#at]);
    await ended;
    rmdirSync(this.#at);
  }
}

export function mountFilesystem(device: string, target: string): void {
  execFileSync('mount', ['-t', 'ext4', '-o', 'loop', device, target], { stdio: ['ignore', 'ignore', 'pipe'] });
}

const BUSY_MS = 60_000;

/**
 * Not lazily, and until the loop device has let go of the disk: an executor's mount namespace that is just being taken down
 * keeps the filesystem alive, and the next to mount the disk would be given this one, with all that it remembers.
 */
export async function unmountFilesystem(target: string, device: string): Promise<void> {
  const deadlineMs = performance.now() + BUSY_MS;
  while (!(unmounted(target) && isDetached(device))) {
    if (performance.now() > deadlineMs) throw new Error(`${target} is still in use`);
    await sleep(5);
  }
}

function unmounted(target: string): boolean {
  if (statSync(target).dev === statSync(dirname(target)).dev) return true;
  return spawnSync('umount', [target], { stdio: 'ignore' }).status === 0;
}

function isDetached(device: string): boolean {
  const loops = readdirSync('/sys/block').filter((name) => name.startsWith('loop'));
  return !loops.some((name) => readIfThere(`/sys/block/${name}/loop/backing_file`).trim() === device);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // a loop device may be let go of between any two looks
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENXIO')) return '';
    throw error;
  }
}
