// Rows of a journal: an install with an interruption, and a failed one.

import type { EventRow, HistoryRow } from '../../src/cli/journal-rows.js';
import { checksum, deploymentId } from '../../src/model/deployment.js';
import { planSteps, transactionId } from '../../src/model/transaction.js';

export const FIRST = transactionId('01939f2b6c4d70008000000000000001');
export const SECOND = transactionId('01939f2b6c4e70008000000000000002');
const OPENED_AT_MS = new Date(2024, 11, 7, 10, 45, 0).getTime();
const DEPLOYMENT = deploymentId({ stateroot: 'debian', checksum: checksum('c1'.repeat(32)), serial: 0 });

export const HISTORY: readonly HistoryRow[] = [
  historyRow({
    id: SECOND,
    title: "install 'x\x1b[2J'",
    state: 'RolledBack',
    failure: 'cannot install x: its script failed',
    uid: 4_000_000,
    openedAtMs: OPENED_AT_MS + 60_000,
    endedAtMs: OPENED_AT_MS + 61_500,
    packages: ['x'],
  }),
  historyRow({ id: FIRST, booted: 'pending', deployment: DEPLOYMENT, packages: ['htop', 'libnl-3-200'] }),
];

const PLAN = planSteps(['metadata.refresh', 'packages.resolve', 'packages.fetch', 'tree.assemble', 'deployment.write']);

export const EVENTS: readonly EventRow[] = [
  event(
    'OPENED',
    { title: 'install htop', plan: PLAN, caller: { commandLine: 'apt-ostree install htop' } },
    { authorization: 'org.projectatomic.aptostree.install-uninstall-packages=root' },
  ),
  event('START', {}),
  event('STEP_DONE', {
    index: 0,
    durationMs: 1234,
    gave: { refreshed: { changed: true, warning: null } },
    unchanged: null,
    found: false,
  }),
  event('STEP_DONE', {
    index: 1,
    durationMs: 345,
    gave: {
      target: { base: 'b0'.repeat(32) },
      resolution: { packages: [{ name: 'htop', version: '3.2.2-2', architecture: 'amd64' }] },
    },
    unchanged: null,
    found: false,
  }),
  event('ATTEMPTED', { index: 2, attempt: 2 }),
  event('STEP_REWOUND', { index: 2, to: 1, reason: 'the list is gone' }),
  event('STEP_DONE', {
    index: 2,
    durationMs: 61_000,
    gave: { fetched: { downloadedBytes: 152_000, files: 1 } },
    unchanged: null,
    found: true,
  }),
  event('STEP_DONE', {
    index: 3,
    durationMs: 2500,
    gave: {
      scripts: [
        {
          package: 'htop',
          phase: 'configure',
          durationMs: 12,
          exitStatus: 0,
          output: 'Setting up htop\n\x1b[1mbold\n',
        },
      ],
    },
    unchanged: null,
    found: false,
  }),
  event('CANCEL', { reason: 'the user asked' }, { uid: 1000 }),
  event('STEP_DONE', {
    index: 4,
    durationMs: 99,
    gave: { deployment: { id: DEPLOYMENT, staged: true } },
    unchanged: null,
    found: false,
  }),
  event('UNDO_DONE', { index: 4, durationMs: 20 }),
  event('UNDO_FAILED', { index: 3, failure: { code: 'internal', message: 'cannot remove scratch' } }),
  event('STEP_FAILED', {
    index: 3,
    durationMs: 3_700_000,
    failure: { code: 'script-failed', message: 'cannot install x' },
  }),
  event('BOOTED', { what: 'booted-it' }),
  event('FROM_THE_FUTURE', { what: 1 }),
].map((row, at) => ({ ...row, seq: at + 1, wallTimeMs: OPENED_AT_MS + at * 1000 }));

function event(type: string, payload: unknown, members: Partial<EventRow> = {}): EventRow {
  return {
    seq: 0,
    transaction: FIRST,
    type,
    payload,
    schemaVersion: 1,
    machineVersion: 1,
    state: 'performing:0',
    uid: 0,
    pid: 1,
    client: 'cli',
    authorization: '',
    bootId: '',
    wallTimeMs: 0,
    previousHash: '',
    hash: '',
    ...members,
  };
}

function historyRow(members: Partial<HistoryRow>): HistoryRow {
  return {
    id: FIRST,
    kind: 'install',
    title: 'install htop',
    state: 'Committed',
    unchanged: false,
    booted: null,
    failure: null,
    uid: 0,
    client: 'cli',
    openedAtMs: OPENED_AT_MS,
    endedAtMs: OPENED_AT_MS + 12_300,
    packages: [],
    deployment: null,
    firstSeq: 1,
    lastSeq: 9,
    ...members,
  };
}
