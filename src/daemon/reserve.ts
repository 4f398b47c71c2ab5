// A file beside the journal that holds space for the end of a transaction: on a disk that is full to the last block, removing
// it is what lets the rows of an undo be written.

import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { Reserve } from '../actors/engine-options.js';
import { AptOstreeError, failureOf } from '../model/errors.js';
import { allocate } from '../native/libc.js';

const MEGABYTE = 1024 * 1024;

/** A row costs SQLite some 50 kB of write-ahead log; an undo is a dozen rows, and libostree writes a new /boot/loader. */
export const RESERVE_BYTES = 8 * MEGABYTE;
/** Free beside it when a change begins: for the rows of the change itself. */
const ROWS_BYTES = 8 * MEGABYTE;
const ROWS_INODES = 16;

export class FileReserve implements Reserve {
  readonly #path: string;
  readonly #log: Logger;
  #isHeld: boolean;

  /** PATH of the file; its directory exists. */
  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
    this.#isHeld = existsSync(path);
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  hold(): void {
    const { bavail, bsize, files, ffree } = statfsSync(dirname(this.#path));
    const needed = ROWS_BYTES + (this.#isHeld ? 0 : RESERVE_BYTES);
    if (bavail * bsize < needed) throw full(this.#path, `${megabytes(bavail * bsize)} MB`, `${megabytes(needed)} MB`);
    // filesystems that make inodes as they need them count none
    if (files > 0 && ffree < ROWS_INODES) throw full(this.#path, `${ffree} inodes`, `${ROWS_INODES}`);
    if (!this.#isHeld) this.#make();
  }

  refill(): void {
    if (this.#isHeld) return;
    try {
      this.hold();
    } catch (error) {
      // told by `hold` when it matters, before the next change
      this.#log.debug({ reason: failureOf(error).message }, 'no space is kept aside');
    }
  }

  letGo(): boolean {
    if (!this.#isHeld) return false;
    rmSync(this.#path, { force: true });
    this.#isHeld = false;
    this.#log.warn('no space is left: what was kept aside is given up');
    return true;
  }

  #make(): void {
    const fd = openSync(this.#path, 'w', 0o600);
    try {
      allocate(fd, RESERVE_BYTES);
      fsyncSync(fd);
      this.#isHeld = true;
    } finally {
      closeSync(fd);
      // half a reserve is none
      if (!this.#isHeld) rmSync(this.#path, { force: true });
    }
  }
}

function full(path: string, free: string, needed: string): AptOstreeError {
  return new AptOstreeError(
    'no-space',
    `cannot begin: the filesystem of the journal in ${dirname(path)} has ${free} free and ${needed} are needed; "apt-ostree cleanup" may free some`,
  );
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000);
}
