// The files of a commit, read out of the repo without checking it out.

import type { Pointer, Slot } from './foreign.js';
import { attempt, taken } from './gerror.js';
import { call } from './libraries.js';
import { type Owned, ownObject, ownVariant } from './ownership.js';
import { readVariant } from './variant-reader.js';
import { bytesOf } from './variants.js';

export interface TreeEntry {
  /** Absolute path in the commit, `/usr/bin/htop`. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** Object checksum of the file (symlinks are files here), or of the directory's contents: equal means same content. */
  readonly checksum: string;
}

export interface FileFacts {
  readonly kind: 'file' | 'symlink' | 'other';
  readonly sizeBytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly target: string | null;
}

/** A directory object: checksums by name, names in order. */
interface Directory {
  readonly files: ReadonlyMap<string, string>;
  readonly directories: ReadonlyMap<string, string>;
}

export class CommitTree {
  readonly #repo: Owned<'OstreeRepo'>;
  readonly #root: string;
  /** Directory objects never change, and the same one is often asked for again. */
  readonly #directories = new Map<string, Directory>();

  constructor(repo: Owned<'OstreeRepo'>, rootContents: string) {
    this.#repo = repo;
    this.#root = rootContents;
  }

  /** The entry at PATH, symlinks not followed; null when there is none. */
  entry(path: string): TreeEntry | null {
    const names = split(path);
    let directory = this.#root;
    for (const [index, name] of names.entries()) {
      const { files, directories } = this.#directory(directory);
      const last = index === names.length - 1;
      const file = files.get(name);
      if (last && file !== undefined) return { path: join(names), kind: 'file', checksum: file };
      const next = directories.get(name);
      if (next === undefined) return null;
      directory = next;
    }
    return { path: join(names), kind: 'directory', checksum: directory };
  }

  /** Names in a directory, sorted; empty when it is none. */
  names(path: string): readonly string[] {
    const entry = this.entry(path);
    if (entry?.kind !== 'directory') return [];
    const { files, directories } = this.#directory(entry.checksum);
    return [...files.keys(), ...directories.keys()].sort();
  }

  /** All entries below PATH (default: all), directories before what they hold. */
  *walk(path = '/'): Generator<TreeEntry> {
    const start = this.entry(path);
    if (start?.kind === 'directory') yield* this.#walk(start.path === '/' ? '' : start.path, start.checksum);
  }

  /** Kind, size and owner of a file; null when PATH is no file. */
  file(path: string): FileFacts | null {
    const entry = this.entry(path);
    if (entry?.kind !== 'file') return null;
    return this.#load(path, entry.checksum, (_input, info) => factsOf(info));
  }

  /** Content of a regular file; null when PATH is none. */
  read(path: string): Buffer | null {
    const entry = this.entry(path);
    if (entry?.kind !== 'file') return null;
    return this.#load(path, entry.checksum, (input, info) => (input === null ? null : contentOf(path, input, info)));
  }

  *#walk(path: string, contents: string): Generator<TreeEntry> {
    const { files, directories } = this.#directory(contents);
    for (const [name, checksum] of files) yield { path: `${path}/${name}`, kind: 'file', checksum };
    for (const [name, checksum] of directories) {
      yield { path: `${path}/${name}`, kind: 'directory', checksum };
      yield* this.#walk(`${path}/${name}`, checksum);
    }
  }

  #directory(checksum: string): Directory {
    const known = this.#directories.get(checksum);
    if (known !== undefined) return known;
    const slot: Slot<Pointer<'GVariant'>> = [null];
    attempt(
      'read a directory of a commit',
      'ostree_repo_load_variant',
      this.#repo.pointer,
      DIRECTORY_OBJECT,
      checksum,
      slot,
    );
    using variant = ownVariant(slot[0]);
    const directory = directoryOf(bytesOf(variant));
    this.#directories.set(checksum, directory);
    return directory;
  }

  #load<Result>(
    path: string,
    checksum: string,
    use: (input: Pointer<'GInputStream'> | null, info: Pointer<'GFileInfo'>) => Result,
  ): Result {
    const inputSlot: Slot<Pointer<'GInputStream'>> = [null];
    const infoSlot: Slot<Pointer<'GFileInfo'>> = [null];
    attempt(
      `read ${path} of a commit`,
      'ostree_repo_load_file',
      this.#repo.pointer,
      checksum,
      inputSlot,
      infoSlot,
      null,
      null,
    );
    using info = ownObject(infoSlot[0]);
    // symlinks have no stream
    using input = inputSlot[0] === null ? null : ownObject(inputSlot[0]);
    return use(input?.pointer ?? null, info.pointer);
  }
}

const DIRECTORY_OBJECT = 2;
/** Files with their checksum; directories with those of contents and metadata. */
const DIRECTORY_TYPE = '(a(say)a(sayay))';

function directoryOf(bytes: Buffer): Directory {
  const [files, directories] = readVariant(DIRECTORY_TYPE, bytes) as [
    readonly (readonly [string, Buffer])[],
    readonly (readonly [string, Buffer, Buffer])[],
  ];
  return {
    files: new Map(files.map(([name, checksum]) => [name, checksum.toString('hex')])),
    directories: new Map(directories.map(([name, contents]) => [name, contents.toString('hex')])),
  };
}

function factsOf(info: Pointer<'GFileInfo'>): FileFacts {
  const REGULAR = 1;
  const SYMLINK = 3;
  const type = call('g_file_info_get_file_type', info);
  return {
    kind: type === REGULAR ? 'file' : type === SYMLINK ? 'symlink' : 'other',
    sizeBytes: Number(call('g_file_info_get_size', info)),
    mode: call('g_file_info_get_attribute_uint32', info, 'unix::mode'),
    uid: call('g_file_info_get_attribute_uint32', info, 'unix::uid'),
    gid: call('g_file_info_get_attribute_uint32', info, 'unix::gid'),
    target: type === SYMLINK ? call('g_file_info_get_symlink_target', info) : null,
  };
}

function contentOf(path: string, input: Pointer<'GInputStream'>, info: Pointer<'GFileInfo'>): Buffer {
  const content = Buffer.allocUnsafe(Number(call('g_file_info_get_size', info)));
  // GLib takes the address of no bytes for none at all
  if (content.length === 0) return content;
  const got: Slot<number | bigint> = [0];
  attempt(`read ${path} of a commit`, 'g_input_stream_read_all', input, content, content.length, got, null);
  return content.subarray(0, Number(taken(got)));
}

function split(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function join(names: readonly string[]): string {
  return `/${names.join('/')}`;
}
