// What steps give to later steps: plain JSON, journaled with the event that reports the step done.

import type { BootEntry, Checksum, DeploymentId, Stateroot } from './deployment.js';
import type { Resolution, ResolvedPackage } from './package.js';

/** What the new deployment shall be. */
export interface Target {
  readonly stateroot: Stateroot;
  /** The base commit that packages are layered on. */
  readonly base: Checksum;
  /** Text of the new origin file, the transaction's id in it. */
  readonly origin: string;
  /** Deployment whose /etc is merged. */
  readonly merge: DeploymentId | null;
  /** Kernel arguments, one each. Absent in rows of before they could be changed: those of `merge` are taken over. */
  readonly kargs?: readonly string[];
  /** False when the base alone satisfies the origin: nothing is assembled. */
  readonly layered: boolean;
}

export interface ScriptReport {
  readonly package: string;
  /** dpkg's word: `unpack`, `configure`, `trigproc`. */
  readonly phase: string;
  readonly durationMs: number;
  readonly exitStatus: number;
  /** The last lines printed, bounded. */
  readonly output: string;
}

export interface AccountMap {
  /** User name → numeric id and primary group id. */
  readonly users: Readonly<Record<string, { readonly uid: number; readonly gid: number }>>;
  readonly groups: Readonly<Record<string, number>>;
}

export interface FileImpact {
  readonly path: string;
  /** Owning package of the file that would be replaced, where known. */
  readonly owner: string | null;
}

export interface PackageChanges {
  readonly added: readonly { readonly name: string; readonly version: string }[];
  readonly removed: readonly { readonly name: string; readonly version: string }[];
  readonly changed: readonly { readonly name: string; readonly from: string; readonly to: string }[];
}

/** A base that can be had in place of the present one. */
export interface BaseUpdate {
  readonly checksum: Checksum;
  readonly version: string | null;
  readonly timestampSeconds: number;
  /** Null where the bases do not say what they hold. */
  readonly packages: PackageChanges | null;
}

/** What apt would make of a base that no remote renews. */
export interface BaseUpgrade {
  readonly base: Checksum;
  readonly packages: readonly ResolvedPackage[];
  readonly changes: PackageChanges;
}

export interface Impact extends PackageChanges {
  readonly filesAdded: number;
  readonly filesRemoved: number;
  readonly filesChanged: number;
  readonly downloadBytes: number;
  readonly installedBytes: number;
  /** Files of new packages that the base has already, owned by another package. */
  readonly conflicts: readonly FileImpact[];
}

export interface Facts {
  readonly revision: { readonly checksum: Checksum; readonly version: string | null; readonly refspec: string };
  /** Null when the base is the one that is there. */
  readonly update: BaseUpdate | null;
  /** Null when a remote renews the base, or when apt has nothing new for it. */
  readonly baseUpgrade: BaseUpgrade | null;
  readonly baseFetched: { readonly downloadedBytes: number; readonly files: number };
  readonly baseScripts: readonly ScriptReport[];
  /** The kernel if it was replaced, and all packages, `NAME VERSION ARCHITECTURE` each. */
  readonly baseFinished: { readonly kernel: string | null; readonly packages: readonly string[] };
  readonly refreshed: { readonly changed: boolean; readonly warning: string | null };
  readonly target: Target;
  readonly resolution: Resolution;
  readonly fetched: { readonly downloadedBytes: number; readonly files: number };
  readonly impact: Impact;
  readonly scripts: readonly ScriptReport[];
  readonly finished: { readonly accounts: AccountMap; readonly kernel: string | null; readonly factoryPaths: number };
  readonly commit: Checksum;
  readonly deployment: {
    readonly id: DeploymentId;
    readonly staged: boolean;
    readonly bootId: string;
    /**
     * Below /etc, what was changed locally and has another default in the new deployment: the local one is kept. The
     * first of them, and how many there are. Absent when there are none, and in rows of before this was looked at.
     */
    readonly etcConflicts?: { readonly paths: readonly string[]; readonly total: number };
  };
  readonly order: { readonly before: readonly DeploymentId[]; readonly after: readonly DeploymentId[] };
  /** The staged deployment, and whether it was kept from being finalized at the next shutdown. */
  readonly finalization: { readonly id: DeploymentId; readonly locked: boolean };
  readonly pin: { readonly id: DeploymentId; readonly before: boolean; readonly after: boolean };
  readonly removed: readonly DeploymentId[];
  /** Of the removed ones, in their order. */
  readonly entries: readonly BootEntry[];
  readonly pruned: { readonly objects: number; readonly freedBytes: number };
}

export type FactName = keyof Facts;
export type SomeFacts = { readonly [Name in FactName]?: Facts[Name] };
