// A package archive on disk that apt reads through `file:`, so that nothing waits for a network.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DebFactory, type DebOptions } from '../layer/deb.js';

/** Path of the archive in a machine. */
const IN_SYSROOT = '/var/lib/crash-archive';

/** Two that an install puts in each other's place, one that an upgrade of the base brings, and one too large to be assembled in memory, if one believes its control file. */
const PACKAGES = ['crash-a', 'crash-b', 'crash-large', 'usr-is-merged'] as const;
/** Fills the archive of a stateroot and makes it the only source of a deployment. */
export function installArchive(stateroot: string, etc: string): void {
  const archive = join(stateroot, IN_SYSROOT);
  mkdirSync(archive, { recursive: true });
  for (const name of PACKAGES) buildPackage(name, join(archive, `${name}.deb`));
  const index = execFileSync('dpkg-scanpackages', ['--multiversion', '.'], {
    cwd: archive,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  writeFileSync(join(archive, 'Packages'), index);
  rmSync(join(etc, 'apt/sources.list.d'), { recursive: true, force: true });
  mkdirSync(join(etc, 'apt/sources.list.d'));
  writeFileSync(join(etc, 'apt/sources.list'), `deb [trusted=yes] file:${IN_SYSROOT} ./\n`);
}

export function buildPackage(name: string, file: string): void {
  using debs = new DebFactory();
  copyFileSync(debs.build(optionsOf(name)), file);
}

/** The script takes long enough to be met while it runs. */
function optionsOf(name: string): DebOptions {
  return {
    name,
    files: {
      [`usr/lib/${name}/file`]: `${name}\n`,
      [`etc/${name}.conf`]: `# ${name}\n`,
      [`var/lib/${name}/state`]: '0\n',
    },
    conffiles: [`/etc/${name}.conf`],
    // one of the base's, and newer
    ...(name === 'usr-is-merged' ? { version: '999' } : {}),
    scripts: { postinst: `echo made > /usr/lib/${name}/made\nsleep 0.1` },
    fields: name === 'crash-large' ? { 'Installed-Size': String(200 * 1024 * 1024) } : {},
  };
}
