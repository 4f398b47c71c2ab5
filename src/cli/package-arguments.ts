// Tells package names from local archives on the command line.

import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { AptOstreeError } from '../model/errors.js';

export interface PackageArguments {
  readonly names: readonly string[];
  /** Absolute paths. */
  readonly local: readonly string[];
}

/** A name has no slash and does not end in `.deb`; whatever has is a file, and must be there. @throws invalid-argument */
export function sortPackageArguments(args: readonly string[]): PackageArguments {
  const isFile = (argument: string) => argument.includes('/') || argument.endsWith('.deb');
  return { names: args.filter((each) => !isFile(each)), local: args.filter(isFile).map(readableFile) };
}

function readableFile(argument: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(argument)) throw refuse(argument, 'download it first and name the file');
  const path = resolve(argument);
  const descriptor = open(path, argument);
  try {
    if (!fstatSync(descriptor).isFile()) throw refuse(argument, 'not a regular file');
  } finally {
    closeSync(descriptor);
  }
  return path;
}

function open(path: string, argument: string): number {
  try {
    // without O_NONBLOCK a named pipe would wait for its writer
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw refuse(argument, WORDS[code] ?? code, error);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
  ELOOP: 'too many symbolic links',
};

function refuse(argument: string, why: string, cause?: unknown): AptOstreeError {
  return new AptOstreeError('invalid-argument', `cannot read the package ${argument}: ${why}`, { cause });
}
