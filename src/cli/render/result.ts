// What is printed once a transaction has succeeded: what changed, and when it takes effect.

import type { ClientRequest, TransactionProperties, TransactionReport } from '../../client/client.js';
import type { PackageChanges } from '../../model/facts.js';
import type { Layer } from '../layer.js';
import { formatBytes } from './bytes.js';
import { changeLines, impactLines } from './impact.js';
import { keyValueLines } from './key-value.js';
import { packageDiffLines } from './package-diff.js';
import { formatUtc } from './time.js';

export interface ResultFacts {
  readonly request: ClientRequest;
  readonly properties: Pick<TransactionProperties, 'unchanged' | 'report'>;
  /** Packages layered before and after; null where not known, or not the matter. */
  readonly oldLayer: Layer | null;
  readonly layer: Layer | null;
  /** Whether the sysroot is the one this machine runs. */
  readonly isBooted: boolean;
}

const QUEUED = 'Changes queued for next boot. Run "systemctl reboot" to start a reboot';

export function resultLines(facts: ResultFacts): readonly string[] {
  const { request, properties } = facts;
  if (properties.unchanged !== null) return [properties.unchanged];
  switch (request.kind) {
    case 'install':
    case 'uninstall':
      if (request.dryRun === true) return dryRunLines(properties.report);
      return request.downloadOnly === true ? downloadLines(properties.report) : deploymentLines(facts);
    case 'deploy':
      return deploymentLines(facts);
    case 'upgrade':
    case 'rebase':
      return updateLines(facts);
    case 'rollback':
      return rollbackLines(facts);
    case 'cleanup':
      return cleanupLines(properties.report);
    case 'refresh-md':
      return refreshLines(properties.report);
    case 'kargs':
      return ['Kernel arguments updated.', ...bootLines(facts)];
    case 'finalize':
      return request.reboot === true ? [] : [QUEUED];
    case 'pin':
      return [`Deployment ${request.deployment} is now ${request.pinned ? 'pinned' : 'unpinned'}`];
    case 'initramfs':
      return [`Initramfs regeneration is now: ${request.regenerate ? 'enabled' : 'disabled'}`, ...bootLines(facts)];
  }
}

function dryRunLines({ impact, resolution }: TransactionReport): readonly string[] {
  return [
    ...(impact === undefined ? [] : impactLines(impact)),
    ...(resolution === undefined ? [] : [...inactiveLines({ resolution }), `Plan: ${resolution.planHash}`]),
    "Exiting because of '--dry-run' option",
  ];
}

function downloadLines({ fetched, resolution }: TransactionReport): readonly string[] {
  const count = resolution?.packages.length ?? 0;
  return [`Downloaded ${formatBytes(fetched?.downloadedBytes ?? 0)}; ${count} packages are ready to be installed.`];
}

function deploymentLines({ request, properties, oldLayer, layer, isBooted }: ResultFacts): readonly string[] {
  const { deployment } = properties.report;
  const staged = deployment?.staged ?? false;
  const willReboot = 'reboot' in request && request.reboot === true;
  return [
    ...(oldLayer === null || layer === null ? [] : packageDiffLines(oldLayer, layer)),
    ...inactiveLines(properties.report),
    ...(deployment === undefined || staged ? [] : [`New deployment: ${deployment.id}`]),
    ...((staged || isBooted) && !willReboot ? [QUEUED] : []),
  ];
}

const REBOOT = 'Run "systemctl reboot" to start a reboot';

/** As rpm-ostree ends what changes nothing but how the machine boots. */
function bootLines({ request, properties, isBooted }: ResultFacts): readonly string[] {
  const { deployment } = properties.report;
  const willReboot = 'reboot' in request && request.reboot === true;
  return [
    ...(deployment === undefined || deployment.staged ? [] : [`New deployment: ${deployment.id}`]),
    ...(isBooted && !willReboot ? [REBOOT] : []),
  ];
}

function updateLines(facts: ResultFacts): readonly string[] {
  const { request, properties } = facts;
  const { update } = properties.report;
  if ('check' in request && request.check === true) return availableLines(facts);
  if ('downloadOnly' in request && request.downloadOnly === true) return ['Update downloaded.'];
  return [...(update?.packages ? changeLines(update.packages) : []), ...deploymentLines(facts)];
}

/** As rpm-ostree shows what could be had. */
function availableLines({ properties, oldLayer, layer }: ResultFacts): readonly string[] {
  const { update, baseUpgrade } = properties.report;
  const base = baseUpgrade == null ? [] : changeLines(baseUpgrade.changes);
  const layered = packageDiffLines(oldLayer ?? new Map(), layer ?? new Map());
  if (update == null) return ['AvailableUpdate:', ...base, ...layered];
  const { version, checksum, timestampSeconds, packages } = update;
  const time = formatUtc(timestampSeconds * 1000);
  const rows = [
    version === null ? { key: 'Timestamp', value: time } : { key: 'Version', value: `${version} (${time})` },
    { key: 'Commit', value: checksum },
    ...(packages === null ? [] : [{ key: 'Diff', value: diffText(packages) }]),
  ];
  const own = packages === null ? [] : changeLines(packages);
  return ['AvailableUpdate:', ...keyValueLines(rows, null), ...own, ...base];
}

function diffText({ added, removed, changed }: PackageChanges): string {
  return `${changed.length} changed, ${removed.length} removed, ${added.length} added`;
}

function inactiveLines({ resolution }: Pick<TransactionReport, 'resolution'>): readonly string[] {
  const inactive = resolution?.inactive ?? [];
  const items = inactive.map(({ request, provider }) => `  ${request} (already provided by ${provider})`);
  return items.length === 0 ? [] : ['Inactive requests:', ...items];
}

/** The step itself tells which deployment it moves to the first place. */
function rollbackLines({ request, isBooted }: ResultFacts): readonly string[] {
  const willReboot = 'reboot' in request && request.reboot === true;
  return isBooted && !willReboot ? [QUEUED] : [];
}

/** The steps themselves tell what was freed, and when there was nothing to remove. */
function cleanupLines({ removed }: TransactionReport): readonly string[] {
  return (removed ?? []).map((id) => `Removed deployment: ${id}`);
}

function refreshLines({ refreshed }: TransactionReport): readonly string[] {
  if (refreshed === undefined) return [];
  const state = refreshed.changed ? 'Package indexes refreshed.' : 'Package indexes are up to date.';
  return [...(refreshed.warning === null ? [] : [`warning: ${refreshed.warning}`]), state];
}
