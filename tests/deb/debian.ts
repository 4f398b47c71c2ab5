// A plain Debian 12 with systemd, bootstrapped once and unpacked for each test.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE } from '../machine/base.js';

export interface PlainDebian extends Disposable {
  readonly directory: string;
}

const ARCHIVE = join(CACHE, 'plain-debian-12.tar');
/** What an installation without tasks has, as far as it matters here: none of apt-ostree's dependencies but these. */
const PACKAGES = ['systemd-sysv', 'dbus', 'ca-certificates', 'bash-completion', 'man-db'];

export function plainDebian(): PlainDebian {
  if (!existsSync(ARCHIVE)) bootstrap();
  const directory = mkdtempSync(join(tmpdir(), 'debian-'));
  execFileSync('tar', ['--extract', '--file', ARCHIVE, '--directory', directory, '--numeric-owner', '--xattrs']);
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}

function bootstrap(): void {
  mkdirSync(CACHE, { recursive: true });
  const partial = `${ARCHIVE}.part`;
  const include = `--include=${PACKAGES.join(',')}`;
  execFileSync('mmdebstrap', ['--quiet', '--variant=minbase', '--format=tar', include, 'bookworm', partial], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  renameSync(partial, ARCHIVE);
}
