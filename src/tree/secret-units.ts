// A unit by which each machine makes for itself, at its next boot, a secret that was taken out of a tree. Base and layer
// give it the same name and text, so that a layer may bring what its base had brought.

import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { writePlainFile } from './plain-places.js';
import type { Secret } from './secrets.js';

/** USR is the tree's /usr. */
export function writeSecretUnit(usr: string, secret: Secret): void {
  const file = `apt-ostree-${secret.name}.service`;
  const directory = join(usr, 'lib/systemd/system');
  const wants = join(directory, 'sysinit.target.wants');
  mkdirSync(wants, { recursive: true });
  writePlainFile(join(directory, file), unitText(secret));
  rmSync(join(wants, file), { recursive: true, force: true });
  symlinkSync(`../${file}`, join(wants, file));
}

/** Before sysinit.target, thus before every service that could read the secret. */
function unitText({ description, unit }: Secret): string {
  return `[Unit]
Description=Make ${description}
DefaultDependencies=no
RequiresMountsFor=/etc /var /tmp
After=local-fs.target ostree-remount.service systemd-sysusers.service systemd-tmpfiles-setup.service
Before=sysinit.target shutdown.target
Conflicts=shutdown.target
${unit.conditions.map((condition) => `Condition${condition}\n`).join('')}
[Service]
Type=oneshot
RemainAfterExit=yes
Environment=DEBIAN_FRONTEND=noninteractive
ExecStart=${unit.command}
`;
}
