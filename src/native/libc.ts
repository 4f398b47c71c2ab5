// What Node lacks of the C library: peer credentials, file locks, extended attributes.

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Who is at the other end of a Unix socket, by the kernel's word. */
export declare function peerCredentials(fd: number): PeerCredentials;
/** Locks an open file for as long as any copy of FD is open; false when `wait` is false and another holds it. */
export declare function flock(fd: number, options: { readonly exclusive: boolean; readonly wait: boolean }): boolean;
/** The signal this process gets when its parent dies. */
export declare function setParentDeathSignal(signal: number): void;
/** Writes out everything of the filesystem that PATH is on. */
export declare function syncFilesystem(path: string): void;
/** Names of the extended attributes of PATH itself, symlinks not followed. */
export declare function listxattr(path: string): readonly string[];
export declare function getxattr(path: string, name: string): Buffer | null;
export declare function setxattr(path: string, name: string, value: Buffer): void;
export declare function removexattr(path: string, name: string): void;
