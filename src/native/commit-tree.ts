// The files of a commit, read out of the repo without checking it out.

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

export declare class CommitTree {
  /** The entry at PATH, symlinks not followed; null when there is none. */
  entry(path: string): TreeEntry | null;
  /** Names in a directory, sorted; empty when it is none. */
  names(path: string): readonly string[];
  /** All entries below PATH (default: all), directories before what they hold. */
  walk(path?: string): Generator<TreeEntry>;
  /** Kind, size and owner of a file; null when PATH is no file. */
  file(path: string): FileFacts | null;
  /** Content of a regular file; null when PATH is none. */
  read(path: string): Buffer | null;
}
