// Makes package files for tests, with dpkg-deb.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface LocalPackage {
  readonly name: string;
  /** Lines of the control file besides the usual ones. */
  readonly control?: readonly string[];
  /** Path in the package → content. Scripts begin with `#!`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Name in the control archive → content: maintainer scripts, conffiles, triggers. */
  readonly scripts?: Readonly<Record<string, string>>;
}

export class LocalDebs {
  readonly directory = mkdtempSync(join(tmpdir(), 'local-debs-'));

  /** Path of the package file. */
  build({ name, control = [], files = {}, scripts = {} }: LocalPackage): string {
    const tree = join(this.directory, `${name}.tree`);
    const fields = [`Package: ${name}`, 'Version: 1.0', 'Architecture: all', 'Maintainer: Nobody <nobody@example.org>'];
    write(tree, 'DEBIAN/control', `${[...fields, ...control, `Description: test of ${name}`].join('\n')}\n`);
    for (const [path, content] of Object.entries(files)) write(tree, path, content);
    for (const [script, content] of Object.entries(scripts)) write(tree, `DEBIAN/${script}`, content);
    const deb = join(this.directory, `${name}.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, deb], { stdio: 'pipe' });
    rmSync(tree, { recursive: true });
    return deb;
  }

  /** A file that only claims to be a package. */
  write(name: string, content: string): string {
    write(this.directory, name, content);
    return join(this.directory, name);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function write(directory: string, path: string, content: string): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  if (content.startsWith('#!')) chmodSync(file, 0o755);
}
