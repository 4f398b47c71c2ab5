// The text of `apt-ostree status`, in rpm-ostree's order and words.

import type { DeploymentStatus, Status } from '../../client/client.js';
import type { Style } from '../terminal.js';
import { deploymentLines } from './deployment.js';
import { printableLine } from './printable.js';

export interface StatusView {
  readonly status: Status;
  /** Title and initiator of the active transaction. */
  readonly active: { readonly title: string; readonly initiator: string } | null;
  readonly verbose: boolean;
  readonly bootedOnly: boolean;
  readonly columns: number | null;
  readonly style: Style;
}

export function statusLines(view: StatusView): readonly string[] {
  const { status, active, verbose, bootedOnly } = view;
  const shown = bootedOnly ? status.deployments.filter((each) => each.booted) : status.deployments;
  return [
    `State: ${active === null && status.transaction === null ? 'idle' : 'busy'}`,
    ...policyLines(status, verbose),
    ...(active === null
      ? []
      : [`Transaction: ${printableLine(active.title)}`, `  Initiator: ${printableLine(active.initiator)}`]),
    ...(shown.length === 0 ? [noDeployments(bootedOnly)] : [bootedOnly ? 'BootedDeployment:' : 'Deployments:']),
    ...separated(shown.map((each) => deploymentLines(each, viewOf(each, view)))),
  ];
}

function policyLines(status: Status, verbose: boolean): readonly string[] {
  const policy = status['automatic-update-policy'];
  if (policy !== 'none' && policy !== '') return [`AutomaticUpdates: ${policy}`];
  return verbose ? ['AutomaticUpdates: disabled'] : [];
}

function noDeployments(bootedOnly: boolean): string {
  return bootedOnly ? 'BootedDeployment: none' : 'Deployments: none';
}

function viewOf(deployment: DeploymentStatus, { status, verbose, columns, style }: StatusView) {
  const stateroots = new Set(status.deployments.map((each) => each.osname));
  const index = status.deployments.indexOf(deployment);
  return { index, verbose, showStateroot: verbose || stateroots.size > 1, columns, style };
}

function separated(blocks: readonly (readonly string[])[]): readonly string[] {
  return blocks.flatMap((block, at) => (at === 0 ? block : ['', ...block]));
}
