// The package under test, and one of a higher version to upgrade to.

import { execFileSync } from 'node:child_process';

/** Path of the package; built unless it is there already. */
export function packageFile(version?: string): string {
  const args = version === undefined ? [] : ['--version', version];
  const said = execFileSync(process.execPath, ['scripts/deb.mjs', ...args], { encoding: 'utf8' });
  const [file] = said.split(' ');
  if (file?.endsWith('.deb') !== true) throw new Error(`no package was built: ${said}`);
  return file;
}
