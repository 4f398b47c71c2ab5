// What must hold of a layered tree before it is committed; looks only at what the layer changed.

import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';
import { failureReason } from '../../system/process.js';
import { kernelReleases } from '../../tree/kernel.js';
import { refuseLinks } from '../../tree/plain-places.js';
import { SYSIMAGE } from '../../tree/state-layout.js';
import { missingFaults, nameFaults, specialFaults } from '../../tree/tree-rules.js';
import { isWhiteout } from '../../tree/whiteout.js';
import type { StepContext } from '../step-handler.js';
import type { Sandbox } from './bubblewrap.js';
import type { ScratchLayout } from './scratch.js';
import { runOnTree } from './tree-sandbox.js';
import { TRANSIENT } from './upper-cleaning.js';

/** @throws invalid-tree, dpkg-failed */
export async function checkLayer(layout: ScratchLayout, sandbox: Sandbox, context: StepContext): Promise<void> {
  refuseLinks(layout.root);
  const faults = [
    // first what could make the others stumble
    ...specialFaults(layout.upper, (path) => isLeftOut(layout.upper, path)),
    ...nameFaults(layout.var, '/var'),
    ...databaseFaults(layout),
    ...addedFaults(layout),
    ...kernelFaults(layout),
  ];
  if (faults.length > 0) refuse(joined(faults));
  const run = (command: readonly string[]) =>
    runOnTree({ ...sandbox, writable: false }, command, { signal: context.signal, inheritFds: context.childFds });
  const probe = await run(['/usr/bin/true']);
  if (probe.status !== 0) refuse(`/usr/bin/true does not run in it: ${failureReason(probe)}`);
  const audit = await run(['/usr/bin/dpkg', '--audit']);
  if (audit.status !== 0 || audit.stdout.trim() !== '')
    throw new AptOstreeError(
      'dpkg-failed',
      `cannot use the tree: ${auditReason(audit.stdout) ?? failureReason(audit)}`,
    );
}

/** dpkg keeps plain files; a link among them would be followed by whoever looks a package up, for as long as the tree lives. */
function databaseFaults({ upper }: ScratchLayout): readonly string[] {
  return ['dpkg', 'dpkg/info', 'dpkg/triggers', 'dpkg/updates'].flatMap((name) => {
    const directory = join(upper, SYSIMAGE, name);
    if (!existsSync(directory)) return [];
    const links = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
    return links.map((entry) => `${SYSIMAGE}/${name}/${entry.name} is a symlink`);
  });
}

/** A package can have as many faults as files. */
function joined(faults: readonly string[]): string {
  const shown = faults.slice(0, 5).join('; ');
  return faults.length > 5 ? `${shown}; and ${faults.length - 5} more` : shown;
}

function refuse(fault: string): never {
  throw new AptOstreeError('invalid-tree', `cannot use the tree: ${fault}`);
}

/** What the base has not either is no fault of the layer. */
function addedFaults({ root, base }: ScratchLayout): readonly string[] {
  const old = missingFaults(base);
  return missingFaults(root).filter((fault) => !old.includes(fault));
}

function kernelFaults({ root, base }: ScratchLayout): readonly string[] {
  return kernelReleases(root).length < kernelReleases(base).length ? ['its kernel is gone'] : [];
}

/** What the upper directory holds and a commit does not. */
function isLeftOut(upper: string, path: string): boolean {
  return TRANSIENT.has(path.slice(1)) || isWhiteout(lstatSync(join(upper, path)));
}

/** The heading of dpkg's first complaint and the packages it names. */
function auditReason(output: string): string | null {
  const [heading] = output.split('\n');
  const names = [...output.matchAll(/^ (\S+)/gm)].map((match) => match[1]);
  return heading === undefined || heading === ''
    ? null
    : `${heading.toLowerCase().replace(/:$/, '')} ${names.join(', ')}`;
}
