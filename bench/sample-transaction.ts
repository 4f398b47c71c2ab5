// The rows that a real transaction writes: an installation of htop, driven through the machine without an executor.

import { DurableActor } from '../src/actors/durable-actor.js';
import type { EventRow, HistoryRow } from '../src/journal/rows.js';
import type { NewEvent } from '../src/journal/store.js';
import { checksum, deploymentId, stateroot } from '../src/model/deployment.js';
import type { SomeFacts } from '../src/model/facts.js';
import { operationOf } from '../src/model/operations.js';
import { parseRequest } from '../src/model/request.js';
import type { StepKind } from '../src/model/steps.js';
import { planSteps } from '../src/model/transaction.js';
import { newTransactionId } from '../src/system/transaction-id.js';

export interface JournaledEvent {
  readonly event: NewEvent;
  /** The transaction in one line, as it is after the event. */
  readonly history: HistoryRow;
}

export function sampleTransaction(): readonly JournaledEvent[] {
  const journaled: JournaledEvent[] = [];
  const append = (event: NewEvent, derive: (row: EventRow) => HistoryRow): EventRow => {
    const seq = journaled.length + 1;
    const row = { ...event, seq, schemaVersion: 1, previousHash: '', hash: '' };
    journaled.push({ event, history: derive(row) });
    return row;
  };
  const request = parseRequest({ kind: 'install', stateroot: 'debian', add: ['htop'] });
  const { plan, method } = operationOf(request);
  const actor = DurableActor.open(
    {
      ...{ id: newTransactionId(), request, plan: planSteps(plan), title: 'apt-ostree install htop', method },
      caller: { uid: 1000, pid: 4321, sender: ':1.42', client: 'cli', commandLine: 'apt-ostree install htop' },
      authorizations: [{ action: 'org.projectatomic.aptostree.install-uninstall-packages', answer: 'authorized' }],
      ...{ bootId: BOOT_ID, openedAtMs: 0 },
    },
    { journal: { append }, bootId: BOOT_ID, now: () => 0, onEvent: () => undefined },
  );
  actor.send({ type: 'START' });
  for (const [index, kind] of plan.entries())
    actor.send({ type: 'STEP_DONE', index, gave: GIVEN[kind] ?? {}, unchanged: null, found: false, durationMs: 500 });
  return journaled;
}

const BOOT_ID = '3f0b7d2c-95f1-4a52-8f0e-0d6f9a1c2b3d';
const HASH = checksum('0123456789abcdef'.repeat(4));

const PACKAGES = ['htop', 'libnl-3-200', 'libnl-genl-3-200'].map((name, index) => ({
  ...{ name, version: '3.2.2-2', architecture: 'amd64', sizeBytes: 152_000, installedBytes: 387_000 },
  ...{ uri: `http://deb.debian.org/debian/pool/main/${name}_3.2.2-2_amd64.deb`, sha256: HASH, automatic: index > 0 },
}));

const GIVEN: { readonly [Kind in StepKind]?: SomeFacts } = {
  'metadata.refresh': { refreshed: { changed: true, warning: null } },
  'packages.resolve': {
    target: {
      ...{
        stateroot: stateroot('debian'),
        base: HASH,
        merge: deploymentId({ stateroot: 'debian', checksum: HASH, serial: 0 }),
        layered: true,
      },
      origin: '[origin]\nbaserefspec=debian/12/amd64/minimal\n\n[packages]\nrequested=htop;\n',
    },
    resolution: { base: HASH, packages: PACKAGES, inactive: [], planHash: HASH },
  },
  'packages.fetch': { fetched: { downloadedBytes: 240_000, files: 3 } },
  'tree.assemble': {
    scripts: PACKAGES.flatMap(({ name }) =>
      ['unpack', 'configure'].map((phase) => ({ package: name, phase, durationMs: 40, exitStatus: 0, output: '' })),
    ),
  },
  'tree.finish': { finished: { accounts: { users: {}, groups: {} }, kernel: null, factoryPaths: 0 } },
  'tree.commit': { commit: HASH },
  'deployment.write': {
    deployment: {
      id: deploymentId({ stateroot: 'debian', checksum: HASH, serial: 1 }),
      staged: false,
      bootId: BOOT_ID,
    },
  },
};
