// What must hold on any disk that a power cut may leave, before anything is mended: the machine is switched on like this.

import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventRow } from '../../src/journal/rows.js';
import type { JournalStore } from '../../src/journal/store.js';
import type { Deployment } from '../../src/model/deployment.js';
import type { SomeFacts } from '../../src/model/facts.js';
import type { Opening } from '../../src/model/transaction.js';
import { openJournal } from '../journal/journal-fixture.js';
import { bootViolations } from './boot.js';
import type { Machine } from './machine.js';
import type { Acknowledged } from './marks.js';
import { type ObjectCheck, objectViolations } from './objects.js';
import type { RecordedOperation } from './recording.js';
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
  const journal = readJournal(machine, operation, acknowledged);
  const refs = machine.refs();
  const violations = [
    ...journal.violations,
    ...bootViolations(machine, deployments),
    ...orderViolations(deployments, cut),
    ...freshTreeViolations(deployments, operation),
    ...refViolations(refs),
    ...objectViolations(machine, new Set([...deployments.map(({ checksum }) => checksum), ...refs.values()]), objects),
    ...claimViolations(journal.rows, cut, deployments),
  ];
  return { violations, rows: journal.rows, deployments, signature: signatureOf(cut, journal.rows, deployments) };
}

interface ReadJournal {
  readonly violations: readonly string[];
  readonly rows: readonly EventRow[];
}

/** From a copy: opening a journal writes to it, and what comes next shall find it as the power cut left it. */
function readJournal(machine: Machine, operation: RecordedOperation, acknowledged: Acknowledged): ReadJournal {
  const copy = mkdtempSync(join(tmpdir(), 'journal-'));
  try {
    for (const suffix of ['', '-wal']) {
      const file = `${machine.journalFile}${suffix}`;
      if (existsSync(file)) copyFileSync(file, join(copy, `journal.db${suffix}`));
    }
    const journal = openJournal(join(copy, 'journal.db'));
    try {
      const violations = journalViolations(journal, acknowledged);
      return { violations, rows: journal.eventsOf(operation.transaction as EventRow['transaction']) };
    } finally {
      journal.close();
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
}

export function journalViolations(journal: JournalStore, { row }: Acknowledged): readonly string[] {
  const { ok, rows, firstBad } = journal.verify();
  const broken = ok ? [] : [`journal row ${firstBad?.seq}: ${firstBad?.reason}`];
  if (row === null) return broken;
  if (rows < row.seq) return [...broken, `the journal has ${rows} rows, and ${row.seq} were said to be on disk`];
  const [kept] = journal.events({ afterSeq: row.seq - 1, limit: 1 });
  return kept?.hash === row.hash ? broken : [...broken, `row ${row.seq} is not the one that was said to be on disk`];
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

/** Only while the transaction goes forward: an undo and a tidy-up take away what rows told of before. */
function claimViolations(
  rows: readonly EventRow[],
  { machine }: Cut,
  deployments: readonly Deployment[],
): readonly string[] {
  const [opened] = rows;
  if (opened === undefined || rows.at(-1)?.state.startsWith('performing') !== true) return [];
  const { plan, id } = opened.payload as Opening;
  return rows.flatMap(({ type, payload }) => {
    if (type !== 'STEP_DONE') return [];
    const { index, gave } = payload as { readonly index: number; readonly gave: SomeFacts };
    const kind = plan[index]?.kind;
    const isThere =
      kind === 'tree.commit'
        ? machine.refs().has(`heads/apt-ostree/transaction/${id}`) || gave.target?.layered === false
        : kind === 'deployment.write'
          ? deployments.some(({ origin }) => origin?.includes(id) === true)
          : kind === 'packages.fetch'
            ? gave.fetched?.files === 0 || archives(machine).some((name) => name.endsWith('.deb'))
            : true;
    return isThere ? [] : [`the journal says that ${kind} was done, the disk does not`];
  });
}

function archives({ own }: Machine): readonly string[] {
  return namesIn(join(own, 'archives'));
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
