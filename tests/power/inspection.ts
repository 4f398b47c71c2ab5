// What must hold on any disk that a power cut may leave, before anything is mended: the machine is switched on like this.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EventRow } from '../../src/journal/rows.js';
import type { Deployment } from '../../src/model/deployment.js';
import { bootViolations } from './boot.js';
import { claimViolations } from './claims.js';
import { readJournal } from './journal-check.js';
import type { Machine } from './machine.js';
import type { Acknowledged } from './marks.js';
import { type ObjectCheck, objectViolations } from './objects.js';
import type { RecordedOperation } from './operating.js';
import { differences, type SeenDeployment } from './seen.js';

export interface Cut {
  readonly machine: Machine;
  readonly operation: RecordedOperation;
  readonly acknowledged: Acknowledged;
  readonly objects: ObjectCheck;
}

export interface Inspection {
  readonly violations: readonly string[];
  /** Of the operation's transaction, oldest first; none when it is not in the journal. */
  readonly rows: readonly EventRow[];
  readonly deployments: readonly Deployment[];
  /** Equal for two disks that a recovery sees no difference between. */
  readonly signature: string;
}

export function inspect(cut: Cut): Inspection {
  const { machine, operation, acknowledged, objects } = cut;
  const deployments = machine.deployments();
  const journal = readJournal(machine, operation.transaction, acknowledged);
  const refs = machine.refs();
  const violations = [
    ...journal.violations,
    ...bootViolations(machine, deployments),
    ...orderViolations(deployments, cut),
    ...freshTreeViolations(deployments, operation),
    ...refViolations(refs),
    ...objectViolations(machine, new Set([...deployments.map(({ checksum }) => checksum), ...refs.values()]), objects),
    ...claimViolations(journal.rows, machine, deployments),
  ];
  return { violations, rows: journal.rows, deployments, signature: signatureOf(cut, journal.rows, deployments) };
}

/** The old list or the new one, with or without what the tidy-up removes; the new one once somebody was told. */
function orderViolations(
  deployments: readonly Deployment[],
  { operation: { name, before, after }, acknowledged: { told, ended } }: Cut,
): readonly string[] {
  if (deployments.length === 0) return ['no deployment is left'];
  const now = deployments.map(({ id }) => id).join();
  const untidied = untidiedOrder(before, after);
  const allowed = ended === name ? [after] : told === name ? [after, untidied] : [before, after, untidied];
  if (allowed.some((each) => each.map(({ id }) => id).join() === now)) return [];
  return [
    `the deployments are ${now}, ${told === name ? 'although the client was told otherwise' : 'as never before'}`,
  ];
}

function untidiedOrder(before: readonly SeenDeployment[], after: readonly SeenDeployment[]): readonly SeenDeployment[] {
  const [first] = after;
  const isNew = first !== undefined && before.every(({ id }) => id !== first.id);
  return isNew ? [first, ...before] : before;
}

/** Those of before were looked at when they were new. */
function freshTreeViolations(
  deployments: readonly Deployment[],
  { before, after }: RecordedOperation,
): readonly string[] {
  return deployments.flatMap((each) => {
    const was = after.find(({ id }) => id === each.id);
    return was === undefined || before.some(({ id }) => id === each.id) ? [] : differences(each, was);
  });
}

function refViolations(refs: ReadonlyMap<string, string>): readonly string[] {
  return [...refs].flatMap(([name, commit]) => (/^[0-9a-f]{64}$/.test(commit) ? [] : [`the ref ${name} is empty`]));
}

function signatureOf({ machine }: Cut, rows: readonly EventRow[], deployments: readonly Deployment[]): string {
  const { own, stateroot } = machine;
  const names = [join(own, 'scratch'), join(own, 'bases'), join(own, 'archives'), join(stateroot, 'deploy')];
  return JSON.stringify([
    rows.length,
    deployments.map(({ id }) => id),
    [...machine.refs().keys()].sort(),
    names.map(namesIn),
  ]);
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}
