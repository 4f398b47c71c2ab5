// The product as a package would install it, laid over a machine's /usr: programs, units, policies, and the Node they run on.

import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const PROGRAMS = resolve(process.env['APT_OSTREE_PROGRAMS'] ?? 'dist');

/** Where each file of the checkout goes below /usr. */
const DATA: Readonly<Record<string, string>> = {
  'systemd/apt-ostreed.service': 'lib/systemd/system/apt-ostreed.service',
  'systemd/apt-ostree-booted.service': 'lib/systemd/system/apt-ostree-booted.service',
  'polkit/org.projectatomic.aptostree.policy': 'share/polkit-1/actions/org.projectatomic.aptostree.policy',
  'dbus-1/org.projectatomic.aptostree1.conf': 'share/dbus-1/system.d/org.projectatomic.aptostree1.conf',
  'dbus-1/org.projectatomic.aptostree1.service': 'share/dbus-1/system-services/org.projectatomic.aptostree1.service',
};

export interface ProductLayer extends Disposable {
  /** For `usrLayer` of a machine. */
  readonly usr: string;
}

export function productLayer(): ProductLayer {
  const usr = mkdtempSync(join(tmpdir(), 'product-'));
  // it becomes the mode of the machine's /usr
  chmodSync(usr, 0o755);
  mkdirSync(join(usr, 'bin'));
  cpSync(PROGRAMS, join(usr, 'lib/apt-ostree'), { recursive: true });
  for (const name of ['apt-ostree', 'apt-ostreed']) symlinkSync(`../lib/apt-ostree/${name}`, join(usr, 'bin', name));
  cpSync(realpathSync(process.execPath), join(usr, 'bin/node'));
  for (const [from, to] of Object.entries(DATA)) {
    mkdirSync(dirname(join(usr, to)), { recursive: true });
    cpSync(resolve(from), join(usr, to));
  }
  enable(usr, 'apt-ostree-booted.service', 'multi-user.target');
  return { usr, [Symbol.dispose]: () => rmSync(usr, { recursive: true, force: true }) };
}

function enable(usr: string, unit: string, target: string): void {
  const wants = join(usr, 'lib/systemd/system', `${target}.wants`);
  mkdirSync(wants);
  symlinkSync(`../${unit}`, join(wants, unit));
}
