// What a sysroot holds, as plain values: deployments in boot order.

import { AptOstreeError } from './errors.js';

/** SHA-256 of an OSTree commit, 64 lower-case hex digits. */
export type Checksum = string & { readonly __brand: 'Checksum' };
/** Name of a stateroot ("osname" in libostree), e.g. `debian`. */
export type Stateroot = string & { readonly __brand: 'Stateroot' };
/** `STATEROOT-CHECKSUM.SERIAL`, as rpm-ostree and cockpit spell it. */
export type DeploymentId = string & { readonly __brand: 'DeploymentId' };

export interface Deployment {
  readonly id: DeploymentId;
  readonly stateroot: Stateroot;
  readonly checksum: Checksum;
  readonly serial: number;
  /** Checksum of kernel and initramfs; deployments that share it share /boot files. */
  readonly bootChecksum: string;
  readonly booted: boolean;
  readonly staged: boolean;
  readonly pinned: boolean;
  readonly unlocked: 'none' | 'development' | 'hotfix' | 'transient';
  readonly finalizationLocked: boolean;
  /** Text of the origin file, or null where the deployment has none. */
  readonly origin: string | null;
  /** Kernel arguments line of the boot entry. */
  readonly kargs: string;
  /** Absolute path of the deployment's directory (of a staged one: where it lies already). */
  readonly path: string;
  readonly commit: CommitFacts;
}

/** What a boot entry says of a deployment: with its directory, enough to make it bootable again. */
export type BootEntry = Pick<
  Deployment,
  'id' | 'stateroot' | 'checksum' | 'serial' | 'bootChecksum' | 'kargs' | 'origin' | 'staged' | 'finalizationLocked'
>;

/** What is kept of a commit's metadata. */
export interface CommitFacts {
  readonly timestampSeconds: number;
  readonly version: string | null;
  readonly subject: string;
  readonly parent: Checksum | null;
  /** String, string-list and boolean metadata of the commit by key; other types are left out. */
  readonly metadata: Readonly<Record<string, MetadataValue>>;
}

export type MetadataValue = string | boolean | number | readonly string[];

/** @throws invalid-argument */
export function checksum(text: string): Checksum {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new AptOstreeError('invalid-argument', `cannot use ${JSON.stringify(text)} as a commit checksum`);
  return text as Checksum;
}

/** libostree's own rule for an osname: a single path component of ordinary characters. @throws invalid-argument */
export function stateroot(text: string): Stateroot {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(text))
    throw new AptOstreeError('invalid-argument', `cannot use ${JSON.stringify(text)} as the name of a stateroot`);
  return text as Stateroot;
}

export function deploymentId(of: { stateroot: string; checksum: string; serial: number }): DeploymentId {
  return `${of.stateroot}-${of.checksum}.${of.serial}` as DeploymentId;
}

/** The commit that packages were layered on, or the deployment's own. */
export function baseOf({ checksum: own, commit }: Deployment): Checksum {
  const base = commit.metadata['apt-ostree.base-checksum'];
  return typeof base === 'string' ? (base as Checksum) : own;
}

/** The deployment whose /etc and running state a new one starts from: the booted one, else the default one. */
export function configMerge(deployments: readonly Deployment[], name: Stateroot): Deployment | null {
  const ours = deployments.filter((each) => each.stateroot === name);
  return ours.find((each) => each.booted) ?? ours[0] ?? null;
}

/** The deployment whose origin a request changes: the first of the stateroot, pending ones included, so requests add up. */
export function originMerge(deployments: readonly Deployment[], name: Stateroot): Deployment | null {
  return deployments.find((each) => each.stateroot === name) ?? null;
}

/** The one that boots if nothing more is done, and the one that a rollback would make so. */
export function rollbackOf(deployments: readonly Deployment[], name: Stateroot): Deployment | null {
  const ours = deployments.filter((each) => each.stateroot === name && !each.staged);
  const booted = ours.findIndex((each) => each.booted);
  return (booted >= 0 ? ours[booted + 1] : ours[1]) ?? null;
}
