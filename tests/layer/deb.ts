// Builds small packages with dpkg-deb, one for each kind of trouble.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface DebOptions {
  readonly name: string;
  readonly version?: string;
  readonly depends?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** Content by path in the archive, `usr/bin/x`; executable when it begins with `#!`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Body of a maintainer script by its name. */
  readonly scripts?: Readonly<Record<string, string>>;
  readonly conffiles?: readonly string[];
}

export class DebFactory implements Disposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'debs-'));

  get directory(): string {
    return this.#directory;
  }

  build(options: DebOptions): string {
    const root = mkdtempSync(join(this.#directory, 'root-'));
    chmodSync(root, 0o755);
    for (const [path, content] of Object.entries(options.files ?? {})) write(join(root, path), content);
    write(join(root, 'DEBIAN/control'), control(options));
    for (const [name, body] of Object.entries(options.scripts ?? {}))
      write(join(root, 'DEBIAN', name), `#!/bin/sh\nset -e\n${body}\n`);
    if (options.conffiles !== undefined)
      write(join(root, 'DEBIAN/conffiles'), options.conffiles.map((path) => `${path}\n`).join(''));
    const file = join(this.#directory, `${options.name}.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', root, file], { stdio: 'ignore' });
    rmSync(root, { recursive: true });
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function control({ name, version = '1.0', depends, fields = {} }: DebOptions): string {
  const all = {
    Package: name,
    Version: version,
    Architecture: 'all',
    Maintainer: 'Test <test@example.org>',
    ...(depends === undefined ? {} : { Depends: depends }),
    ...fields,
    Description: 'a package of a test',
  };
  return Object.entries(all)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, content.startsWith('#!') ? 0o755 : 0o644);
}
