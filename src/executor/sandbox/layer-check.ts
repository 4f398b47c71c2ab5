// What must hold of a layered tree before it is committed; looks only at what the layer changed.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';
import { failureReason } from '../../system/process.js';
import { kernelReleases } from '../../tree/kernel.js';
import { SYSIMAGE } from '../../tree/state-layout.js';
import type { StepContext } from '../step-handler.js';
import { runInSandbox, type Sandbox } from './bubblewrap.js';
import type { ScratchLayout } from './scratch.js';

/** @throws invalid-tree, dpkg-failed */
export async function checkLayer(layout: ScratchLayout, sandbox: Sandbox, context: StepContext): Promise<void> {
  for (const path of ['usr/lib/os-release', 'usr/etc', `${SYSIMAGE.slice(1)}/dpkg/status`])
    if (statSync(join(layout.root, path), { throwIfNoEntry: false }) === undefined)
      refuse(`/${path.replace(/^usr\/etc$/, 'etc')} is gone`);
  if (kernelReleases(layout.root).length < kernelReleases(layout.base).length) refuse('its kernel is gone');
  const special = specialFile(layout.upper, '');
  if (special !== null) refuse(`${special} is neither file, directory nor symlink`);
  const run = (command: readonly string[]) =>
    runInSandbox({ ...sandbox, writable: false }, command, { signal: context.signal, inheritFds: context.childFds });
  const probe = await run(['/usr/bin/true']);
  if (probe.status !== 0) refuse(`/usr/bin/true does not run in it: ${failureReason(probe)}`);
  const audit = await run(['/usr/bin/dpkg', '--audit']);
  if (audit.status !== 0 || audit.stdout.trim() !== '')
    throw new AptOstreeError(
      'dpkg-failed',
      `cannot use the tree: ${auditReason(audit.stdout) ?? failureReason(audit)}`,
    );
}

function refuse(fault: string): never {
  throw new AptOstreeError('invalid-tree', `cannot use the tree: ${fault}`);
}

/** OSTree stores files, directories and symlinks only; a character device 0:0 is overlayfs's mark of a removal. */
function specialFile(upper: string, path: string): string | null {
  for (const entry of readdirSync(join(upper, path), { withFileTypes: true })) {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory()) {
      const found = TRANSIENT.test(child) ? null : specialFile(upper, child);
      if (found !== null) return found;
      continue;
    }
    if (entry.isFile() || entry.isSymbolicLink()) continue;
    if (!entry.isCharacterDevice() || statSync(join(upper, child)).rdev !== 0) return child;
  }
  return null;
}

/** Left out of the commit anyway. */
const TRANSIENT = /^\/(dev|etc|proc|run|sys|tmp|var)$/;

/** The heading of dpkg's first complaint and the packages it names. */
function auditReason(output: string): string | null {
  const [heading] = output.split('\n');
  const names = [...output.matchAll(/^ (\S+)/gm)].map((match) => match[1]);
  return heading === undefined || heading === ''
    ? null
    : `${heading.toLowerCase().replace(/:$/, '')} ${names.join(', ')}`;
}
