// One deployment as a block of status.

import type { DeploymentStatus, Json } from '../../client/client.js';
import type { Style } from '../terminal.js';
import { type KeyValue, keyValueLines } from './key-value.js';
import { printableLine } from './printable.js';
import { formatUtc } from './time.js';

export interface DeploymentView {
  readonly index: number;
  readonly verbose: boolean;
  readonly showStateroot: boolean;
  readonly columns: number | null;
  readonly style: Style;
}

export function deploymentLines(deployment: DeploymentStatus, view: DeploymentView): readonly string[] {
  const mark = deployment.booted ? '●' : ' ';
  const index = view.verbose ? ` (index: ${view.index})` : '';
  const rows = rowsOf(deployment, view).map(({ key, value }) => ({ key, value: printableLine(value) }));
  const origin = printableLine(deployment.origin ?? deployment.checksum);
  return [`${mark} ${view.style.bold(origin)}${index}`, ...keyValueLines(rows, view.columns)];
}

function rowsOf(deployment: DeploymentStatus, { verbose, showStateroot }: DeploymentView): readonly KeyValue[] {
  const requested = deployment['requested-packages'];
  const inactive = requested.filter((each) => !deployment.packages.includes(each));
  return [
    ...versionRows(deployment),
    ...commitRows(deployment, verbose),
    ...row('Staged', stagedText(deployment), verbose || deployment['finalization-locked'] === true),
    ...row('StateRoot', deployment.osname, showStateroot),
    ...row('Transaction', deployment.transaction, verbose),
    ...row('InactiveRequests', inactive.join(' '), verbose),
    ...row('LayeredPackages', deployment.packages.join(' ')),
    ...row('LocalPackages', deployment['requested-local-packages'].map(localName).join(' ')),
    ...row('Initramfs', initramfsText(deployment), deployment['regenerate-initramfs'] === true),
    ...row('Pinned', 'yes', deployment.pinned),
    ...row('Unlocked', deployment.unlocked, deployment.unlocked !== 'none'),
    ...row('EndOfLife', textOf(deployment['endoflife'])),
    ...row('OriginError', textOf(deployment['origin-error'])),
  ];
}

/** No row where there is no value, or where it is not wanted. */
function row(key: string, value: string | undefined, wanted = true): readonly KeyValue[] {
  return wanted && value !== undefined && value !== '' ? [{ key, value }] : [];
}

function versionRows({ version, timestamp }: DeploymentStatus): readonly KeyValue[] {
  const time = formatUtc(timestamp * 1000);
  return version === undefined ? row('Timestamp', time) : row('Version', `${version} (${time})`);
}

/** Of a layered deployment the base is what a user knows; the commit made here is a detail. */
function commitRows(deployment: DeploymentStatus, verbose: boolean): readonly KeyValue[] {
  const base = deployment['base-checksum'];
  const isLayered = base !== undefined && base !== deployment.checksum;
  return [...row('BaseCommit', base, isLayered), ...row('Commit', deployment.checksum, !isLayered || verbose)];
}

function stagedText({ staged, ...deployment }: DeploymentStatus): string {
  if (!staged) return '';
  return deployment['finalization-locked'] === true ? 'yes (finalization locked)' : 'yes';
}

function initramfsText({ 'initramfs-args': args = [] }: DeploymentStatus): string {
  return args.length === 0 ? 'regenerate' : args.join(' ');
}

/** `SHA256:NAME_VERSION_ARCH` without the digest. */
function localName(local: string): string {
  return local.replace(/^[0-9a-f]{64}:/, '');
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
