// What Node lacks of the C library: peer credentials, file locks, extended attributes.

import { closeSync, fsyncSync, openSync } from 'node:fs';
import { endianness } from 'node:os';
import { getSystemErrorName } from 'node:util';
import koffi from 'koffi';
import { AptOstreeError } from '../model/errors.js';
import { libc } from './libraries.js';

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Who is at the other end of a Unix socket, by the kernel's word. */
export function peerCredentials(fd: number): PeerCredentials {
  const SOL_SOCKET = 1;
  const SO_PEERCRED = 17;
  const answer = Buffer.alloc(12);
  const length = Buffer.from(new Uint32Array([answer.length]).buffer);
  if (libc('getsockopt', fd, SOL_SOCKET, SO_PEERCRED, answer, length) !== 0) throw failure('ask who a peer is');
  const [pid = 0, uid = 0, gid = 0] = [0, 4, 8].map((at) => readUint32(answer, at));
  return { pid, uid, gid };
}

/** Locks an open file for as long as any copy of FD is open; false when `wait` is false and another holds it. */
export function flock(
  fd: number,
  { exclusive, wait }: { readonly exclusive: boolean; readonly wait: boolean },
): boolean {
  const LOCK_SH = 1;
  const LOCK_EX = 2;
  const LOCK_NB = 4;
  const operation = (exclusive ? LOCK_EX : LOCK_SH) | (wait ? 0 : LOCK_NB);
  while (libc('flock', fd, operation) !== 0) {
    const reason = lastError();
    if (reason === 'EAGAIN' && !wait) return false;
    if (reason !== 'EINTR') throw failure('lock a file');
  }
  return true;
}

/** The signal this process gets when its parent dies. */
export function setParentDeathSignal(signal: number): void {
  const PR_SET_PDEATHSIG = 1;
  if (libc('prctl', PR_SET_PDEATHSIG, signal, 0, 0, 0) !== 0)
    throw failure('ask for a signal at the death of the parent');
}

/** Writes out everything of the filesystem that PATH is on. */
export function syncFilesystem(path: string): void {
  const fd = openSync(path, 'r');
  try {
    if (libc('syncfs', fd) !== 0) throw failure(`sync the filesystem of ${path}`);
  } finally {
    closeSync(fd);
  }
}

/** Has the filesystem set LENGTH bytes aside for an open file. @throws no-space */
export function allocate(fd: number, length: number): void {
  // tells its error as its result
  const error = libc('posix_fallocate', fd, 0, length);
  if (error !== 0) throw failure('set space aside', getSystemErrorName(-error));
}

/** Makes what was created in, removed from or renamed into a directory outlive a power cut. */
export function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Names of the extended attributes of PATH itself, symlinks not followed. */
export function listxattr(path: string): readonly string[] {
  const names = sized(`read the extended attributes of ${path}`, (into) => libc('llistxattr', path, into, into.length));
  return names === null
    ? []
    : names
        .toString('utf8')
        .split('\0')
        .filter((name) => name !== '');
}

/** Null when PATH has no such attribute. */
export function getxattr(path: string, name: string): Buffer | null {
  return sized(`read the attribute ${name} of ${path}`, (into) => libc('lgetxattr', path, name, into, into.length));
}

export function setxattr(path: string, name: string, value: Buffer): void {
  if (libc('lsetxattr', path, name, value, value.length, 0) !== 0)
    throw failure(`set the attribute ${name} of ${path}`);
}

export function removexattr(path: string, name: string): void {
  if (libc('lremovexattr', path, name) !== 0) throw failure(`remove the attribute ${name} of ${path}`);
}

/** Calls READ with ever larger buffers until the answer fits; null where there is nothing to read. */
function sized(doing: string, read: (into: Buffer) => number | bigint): Buffer | null {
  for (let size = 256; ; size *= 16) {
    const into = Buffer.allocUnsafe(size);
    const length = Number(read(into));
    if (length >= 0) return into.subarray(0, length);
    const reason = lastError();
    if (reason === 'ENODATA' || reason === 'ENOTSUP') return null;
    if (reason !== 'ERANGE' || size > MAX_XATTR_BYTES) throw failure(doing);
  }
}

/** The kernel's limit of one attribute, and of a list of names. */
const MAX_XATTR_BYTES = 65_536;

function readUint32(bytes: Buffer, at: number): number {
  return endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

function lastError(): string {
  return getSystemErrorName(-koffi.errno());
}

function failure(doing: string, reason = lastError()): AptOstreeError {
  const code = reason === 'ENOSPC' || reason === 'EDQUOT' ? 'no-space' : 'command-failed';
  return new AptOstreeError(code, `cannot ${doing}: ${reason}`);
}
