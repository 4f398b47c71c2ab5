// Fresh ext4 filesystems in image files: after large removals ext4 takes seconds to find a free inode, so every sample
// that writes many files gets a filesystem on which nothing was ever removed.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { freshPath } from './work-directory.js';

export interface Filesystem extends Disposable {
  readonly path: string;
}

/** Sizes are limits: an image takes the space of what is written to it. */
const IMAGE_SIZE = '12G';
const INODES = '1000000';

/** An empty one, gone when it is disposed of. */
export function emptyFilesystem(): Filesystem {
  const image = makeImage();
  const filesystem = mount(image);
  // the mount keeps the file
  rmSync(image);
  return filesystem;
}

/** Files prepared once, and then copied for every sample. */
export class Template {
  readonly #image: string;

  private constructor(image: string) {
    this.#image = image;
  }

  static async make(fill: (path: string) => Promise<void>): Promise<Template> {
    const image = makeImage();
    using filesystem = mount(image);
    await fill(filesystem.path);
    return new Template(image);
  }

  /** A copy, gone when it is disposed of. */
  copy(): Filesystem {
    const image = freshPath('image');
    execFileSync('cp', ['--sparse=always', this.#image, image]);
    // what is still to be written out would be written out during a measurement
    execFileSync('sync');
    const filesystem = mount(image);
    rmSync(image);
    return filesystem;
  }
}

function makeImage(): string {
  const image = freshPath('image');
  execFileSync('truncate', ['--size', IMAGE_SIZE, image]);
  execFileSync('mkfs.ext4', ['-q', '-F', '-N', INODES, image]);
  return image;
}

function mount(image: string): Filesystem {
  const path = freshPath('mount');
  mkdirSync(path);
  // the kernel would otherwise go on making inode tables while something is measured
  execFileSync('mount', ['-o', 'loop,noinit_itable', image, path]);
  return { path, [Symbol.dispose]: () => execFileSync('umount', ['--recursive', path]) };
}
