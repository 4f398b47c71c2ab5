// What must hold of a layered tree before it is committed; looks only at what the layer changed.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../../model/errors.js';
import { failureReason } from '../../system/process.js';
import { kernelReleases } from '../../tree/kernel.js';
import { missingFaults, specialFaults } from '../../tree/tree-rules.js';
import { isWhiteout } from '../../tree/whiteout.js';
import type { StepContext } from '../step-handler.js';
import { runInSandbox, type Sandbox } from './bubblewrap.js';
import type { ScratchLayout } from './scratch.js';
import { TRANSIENT } from './upper-cleaning.js';

/** @throws invalid-tree, dpkg-failed */
export async function checkLayer(layout: ScratchLayout, sandbox: Sandbox, context: StepContext): Promise<void> {
  const faults = [
    ...addedFaults(layout),
    ...kernelFaults(layout),
    ...specialFaults(layout.upper, (path) => isLeftOut(layout.upper, path)),
  ];
  if (faults.length > 0) refuse(faults.join('; '));
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
