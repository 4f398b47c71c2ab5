// A daemon started on what a power cut left: it must come to a final state by itself, and nothing that was promised may be missing.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../../src/client/client.js';
import { leftovers } from '../../src/daemon/leftovers.js';
import type { EventRow } from '../../src/journal/rows.js';
import type { Deployment } from '../../src/model/deployment.js';
import { missingFiles } from '../crash/trees.js';
import { bootViolations } from './boot.js';
import type { Cut, Inspection } from './inspection.js';
import { journalViolations } from './journal-check.js';
import { characterOf, type Machine } from './machine.js';
import { objectViolations } from './objects.js';
import { daemonOn } from './operating.js';
import { differences, type SeenDeployment } from './seen.js';

/** A recovery must end within this time. */
const RECOVERY_MS = 120_000;

export async function recover(cut: Cut, found: Found, daemonProgram: string): Promise<readonly string[]> {
  const status = await statusOnceRecovered(cut.machine.path, daemonProgram);
  return afterwards(cut, found, status).map((each) => `after recovery: ${each}`);
}

/** What was on the disk before the recovery. */
type Found = Pick<Inspection, 'rows' | 'deployments'>;

async function statusOnceRecovered(sysroot: string, daemonProgram: string): Promise<Status> {
  const limit = new AbortController();
  const late = sleep(RECOVERY_MS, null, { signal: limit.signal }).catch(() => null);
  const life = (async () => {
    const client = await daemonOn(sysroot, daemonProgram);
    try {
      return await client.status();
    } finally {
      await client.close();
    }
  })();
  const status = await Promise.race([life, late]);
  limit.abort();
  if (status !== null) return status;
  killThoseOn(sysroot);
  await life.catch(() => undefined);
  throw new Error(`no recovery within ${RECOVERY_MS / 1000} s`);
}

/** In these tests' own process namespace, so nobody else's. */
function killThoseOn(sysroot: string): void {
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each) && Number(each) !== process.pid)) {
    const file = `/proc/${name}/cmdline`;
    if (existsSync(file) && readFileSync(file, 'utf8').split('\0').includes(sysroot))
      process.kill(Number(name), 'SIGKILL');
  }
}

function afterwards(cut: Cut, found: Found, status: Status): readonly string[] {
  const { machine, operation, acknowledged } = cut;
  const deployments = machine.deployments();
  const { violations, state } = machine.journal((journal) => {
    const open = journal.openTransactions().map((id) => `transaction ${id} has not ended`);
    const ours = journal.history({ limit: 10_000 }).find(({ id }) => id === operation.transaction);
    return { violations: [...journalViolations(journal, acknowledged), ...open], state: ours?.state ?? null };
  });
  const expected = expectedState(found.rows);
  const refs = machine.refs();
  return [
    ...violations,
    ...(state === expected ? [] : [`${operation.name} ended ${state}, not ${expected}`]),
    ...orderViolations(deployments, cut, state === 'Committed'),
    ...statusViolations(status, deployments),
    ...bootViolations(machine, deployments),
    ...deployments.flatMap((each) => treeViolations(each, cut, found)),
    ...objectViolations(
      machine,
      new Set([...deployments.map(({ checksum }) => checksum), ...refs.values()]),
      cut.objects,
    ),
    ...leftViolations(machine, deployments),
  ];
}

/** A power cut makes nothing fail: what was started is done, what was only asked for is dropped. */
function expectedState(rows: readonly EventRow[]): string | null {
  if (rows.length === 0) return null;
  return rows.some(({ type }) => type === 'START') ? 'Committed' : 'Cancelled';
}

/** A step done again makes another commit of the same content, so what is compared is what the deployments are. */
function orderViolations(
  deployments: readonly Deployment[],
  { operation: { before, after } }: Cut,
  committed: boolean,
): readonly string[] {
  const now = deployments.map(characterOf);
  const characters = (list: readonly SeenDeployment[]) => list.map(({ character }) => character);
  const untidied = [...characters(after).slice(0, 1), ...characters(before)];
  const allowed = committed ? [characters(after), untidied] : [characters(before)];
  return allowed.some((each) => each.join() === now.join()) ? [] : [`the deployments are ${now.join(', ')}`];
}

function statusViolations({ deployments: said, transaction }: Status, is: readonly Deployment[]): readonly string[] {
  const active = transaction === null ? [] : ['status names an active transaction'];
  // the tidy-up after the answer takes old ones away
  const present: readonly string[] = is.map(({ id }) => id);
  const named = said.map(({ id }) => id).filter((id) => present.includes(id));
  return named.join() === present.join() ? active : [...active, 'status names other deployments than there are'];
}

function treeViolations(
  deployment: Deployment,
  { machine, operation: { before, after } }: Cut,
  found: Found,
): readonly string[] {
  const was = [...before, ...after].filter(({ id }) => id === deployment.id);
  // one that the recovery wrote, of a commit that was there, is made of other inodes than the one of the record
  const wasThere = found.deployments.some(({ id }) => id === deployment.id);
  if (was.length > 0 && wasThere) return leastOf(was.map((each) => differences(deployment, each)));
  const name = characterOf(deployment);
  const missing = missingFiles(deployment, machine.repo);
  const requested = /^requested=(.*);$/m.exec(deployment.origin ?? '')?.[1]?.split(';') ?? [];
  const absent = requested.filter((each) => !existsSync(join(deployment.path, 'usr/lib', each, 'made')));
  return [
    ...(missing.length === 0 ? [] : [`${name} lacks ${missing.length} files, as ${missing[0]}`]),
    ...absent.map((each) => `${name} does not have ${each}`),
    ...(existsSync(join(deployment.path, 'etc/passwd')) ? [] : [`${name} has no /etc`]),
  ];
}

/** One that was pinned or unpinned is what it was before, or after. */
function leastOf(lists: readonly (readonly string[])[]): readonly string[] {
  return lists.reduce((least, list) => (list.length < least.length ? list : least));
}

function leftViolations({ path }: Machine, deployments: readonly Deployment[]): readonly string[] {
  return leftovers(path, deployments).map((each) => `${each.slice(path.length)} is left`);
}
