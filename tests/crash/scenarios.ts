// The operations whose every boundary is crashed at: at least one for each plan there is, and those that go back.

import { rmSync } from 'node:fs';
import type { ClientRequest } from '../../src/client/client.js';
import type { Checksum } from '../../src/model/deployment.js';
import { operationOf } from '../../src/model/operations.js';
import { type CleanupRequest, type OperationKind, parseRequest } from '../../src/model/request.js';
import type { StepKind } from '../../src/model/steps.js';
import type { TransactionState } from '../../src/model/transaction.js';
import type { Lane } from './lane.js';
import {
  behind,
  layeredOnce,
  layeredOverAny,
  layeredTwice,
  type Prepare,
  twoVersions,
  uninstallable,
  withRollback,
} from './starting-points.js';

export interface Scenario {
  readonly name: string;
  readonly kind: OperationKind;
  /** Brings the lane to where the request is always the same amount of work. */
  readonly prepare: Prepare;
  readonly request: (on: Surroundings) => ClientRequest;
  /** How it ends when nobody is killed. */
  readonly ends: TransactionState;
  readonly failing?: StepKind;
  readonly cancelAt?: string;
  /** Only boundaries from the first of this name on; what comes before is another scenario's. */
  readonly from?: string;
  /** Only boundaries of these steps, for the same reason. */
  readonly steps?: readonly StepKind[];
}

/** What a request is made from. */
export type Surroundings = Pick<Lane, 'requested' | 'otherVersion' | 'localArchive' | 'kernelArguments' | 'origin'>;

/** The steps that its request is planned as. */
export function planOf({ request }: Scenario): readonly StepKind[] {
  const requested = () => ['crash-a'];
  const otherVersion = () => 'a'.repeat(64) as Checksum;
  const kernelArguments = () => 'crash';
  const origin = () => '';
  const sample = request({ requested, otherVersion, localArchive: '/crash-local.deb', kernelArguments, origin });
  return operationOf(parseRequest({ ...sample, stateroot: 'debian' })).plan;
}

const nothing = { stateroot: null } as const;

/** In place of the package that is there: each case leaves the next one as much to do. */
const install = (lane: Surroundings) => {
  const [present = ''] = lane.requested(0);
  return {
    ...nothing,
    kind: 'install',
    add: [present === 'crash-a' ? 'crash-b' : 'crash-a'],
    remove: [present],
  } as const;
};
const local = (lane: Surroundings) =>
  ({ ...nothing, kind: 'install', local: [lane.localArchive], remove: lane.requested(0) }) as const;
const large = (lane: Surroundings) =>
  ({ ...nothing, kind: 'install', add: ['crash-large'], remove: lane.requested(0) }) as const;
const uninstall = (lane: Surroundings) => ({ ...nothing, kind: 'uninstall', remove: lane.requested(0) }) as const;
const deploy = (lane: Surroundings) => ({ ...nothing, kind: 'deploy', revision: lane.otherVersion() }) as const;
const rollback = () => ({ ...nothing, kind: 'rollback' }) as const;
/** In turns, so that there is always a change to make. */
const kargs = (lane: Surroundings) =>
  ({
    ...nothing,
    kind: 'kargs',
    ...(/\bcrash\b/.test(lane.kernelArguments()) ? { delete: ['crash'] } : { append: ['crash'] }),
  }) as const;
/** An image of next to nothing, of one kind or the other by turns. */
const initramfs = (lane: Surroundings) => {
  const marks = ['--nolvmconf', '--nomdadmconf'];
  const mark = marks.find((each) => !lane.origin(0).includes(each)) ?? '';
  return { ...nothing, kind: 'initramfs', regenerate: true, args: ['--modules=base', '--no-kernel', mark] } as const;
};
const pin = () => ({ ...nothing, kind: 'pin', deployment: '1', pinned: true }) as const;
const upgrade = () => ({ ...nothing, kind: 'upgrade' }) as const;
/** To the remote and back to the same branch here. */
const rebase = (lane: Surroundings) => {
  const [near, far] = ['crash/base', 'crash:crash/base'] as const;
  return { ...nothing, kind: 'rebase', refspec: lane.origin(0).includes(far) ? near : far } as const;
};
const cleanup = (what: Partial<Omit<CleanupRequest, 'kind' | 'stateroot'>>) => () =>
  ({ ...nothing, kind: 'cleanup', ...what }) as const;

const FORWARD: readonly Scenario[] = [
  { name: 'install', kind: 'install', prepare: emptyCache(layeredTwice), request: install, ends: 'Committed' },
  {
    name: 'install of a local archive',
    kind: 'install',
    prepare: layeredOverAny,
    request: local,
    ends: 'Committed',
    steps: ['packages.resolve', 'packages.fetch'],
  },
  {
    name: 'install assembled on disk',
    kind: 'install',
    prepare: layeredTwice,
    request: large,
    ends: 'Committed',
    steps: ['tree.assemble', 'tree.finish', 'tree.commit'],
  },
  {
    name: 'install --dry-run',
    kind: 'install',
    prepare: emptyCache(layeredTwice),
    request: (lane) => ({ ...install(lane), dryRun: true }),
    ends: 'Committed',
  },
  {
    name: 'install --download-only',
    kind: 'install',
    prepare: emptyCache(layeredTwice),
    request: (lane) => ({ ...install(lane), downloadOnly: true }),
    ends: 'Committed',
  },
  { name: 'uninstall', kind: 'uninstall', prepare: uninstallable, request: uninstall, ends: 'Committed' },
  { name: 'deploy', kind: 'deploy', prepare: twoVersions, request: deploy, ends: 'Committed' },
  { name: 'rollback', kind: 'rollback', prepare: withRollback, request: rollback, ends: 'Committed' },
  {
    name: 'cleanup --rollback',
    kind: 'cleanup',
    prepare: withRollback,
    request: cleanup({ rollback: true }),
    ends: 'Committed',
  },
  {
    name: 'cleanup --pending',
    kind: 'cleanup',
    prepare: withRollback,
    request: cleanup({ pending: true }),
    ends: 'Committed',
  },
  {
    name: 'cleanup --base',
    kind: 'cleanup',
    prepare: withRollback,
    request: cleanup({ base: true }),
    ends: 'Committed',
  },
  {
    name: 'cleanup of everything',
    kind: 'cleanup',
    prepare: withRollback,
    request: cleanup({ base: true, pending: true, rollback: true, metadata: true }),
    ends: 'Committed',
  },
  {
    name: 'refresh-md',
    kind: 'refresh-md',
    prepare: withRollback,
    request: () => ({ ...nothing, kind: 'refresh-md', force: true }),
    ends: 'Committed',
  },
  { name: 'kargs', kind: 'kargs', prepare: withRollback, request: kargs, ends: 'Committed' },
  { name: 'upgrade', kind: 'upgrade', prepare: emptyCache(behind(null)), request: upgrade, ends: 'Committed' },
  {
    name: 'upgrade from a remote',
    kind: 'upgrade',
    prepare: behind('crash'),
    request: upgrade,
    ends: 'Committed',
    steps: ['update.pull', 'base.resolve', 'base.commit'],
  },
  {
    name: 'upgrade --check',
    kind: 'upgrade',
    prepare: behind('crash'),
    request: () => ({ ...nothing, kind: 'upgrade', check: true }),
    ends: 'Committed',
  },
  { name: 'rebase', kind: 'rebase', prepare: layeredOnce, request: rebase, ends: 'Committed' },
  { name: 'pin', kind: 'pin', prepare: withRollback, request: pin, ends: 'Committed' },
  { name: 'initramfs', kind: 'initramfs', prepare: layeredOnce, request: initramfs, ends: 'Committed' },
];

/** Each step that leaves something fails once it has done its work, so that all of it is taken back. */
const FAILING: readonly Scenario[] = [
  ...(['tree.assemble', 'tree.finish', 'tree.commit', 'deployment.write'] as const).map((step) =>
    failing('install', step),
  ),
  ...(['base.assemble', 'base.commit'] as const).map((step) => failing('upgrade', step)),
  failing('rollback', 'deployments.reorder'),
  failing('pin', 'pin.write'),
  failing('cleanup --rollback', 'deployments.remove'),
];

const CANCELLED: readonly Scenario[] = [
  ...(
    [
      'metadata.refresh',
      'packages.resolve',
      'packages.fetch',
      'tree.assemble',
      'tree.finish',
      'tree.commit',
      'deployment.write',
    ] as const
  ).map((step) => cancelled('install', `perform ${step} before`)),
  cancelled('install', 'middle perform tree.assemble Configuring'),
  cancelled('upgrade', 'perform update.pull before'),
  cancelled('upgrade', 'perform base.assemble before'),
  cancelled('pin', 'perform pin.write before'),
  cancelled('kargs', 'perform deployment.write before'),
  cancelled('rollback', 'perform deployments.reorder before'),
  cancelled('cleanup --rollback', 'perform deployments.remove before'),
  cancelled('cleanup of everything', 'perform repo.prune before'),
];

/** Only a running machine has a staged deployment: what is done to it is crashed in tests/e2e/machine.test.ts. */
export const ON_A_MACHINE: readonly OperationKind[] = ['finalize'];

export const SCENARIOS: readonly Scenario[] = [...FORWARD, ...FAILING, ...CANCELLED];

export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

function failing(name: string, step: StepKind): Scenario {
  const forward = forwardOf(name);
  return {
    ...forward,
    name: `${name} that fails at ${step}`,
    failing: step,
    ends: 'RolledBack',
    from: `perform ${step} failed`,
  };
}

function cancelled(name: string, at: string): Scenario {
  const forward = forwardOf(name);
  return {
    ...forward,
    name: `${name} cancelled at ${at}`,
    cancelAt: at,
    ends: 'Cancelled',
    from: 'journal CANCEL before',
  };
}

function forwardOf(name: string): Scenario {
  const found = FORWARD.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

/** The archives have to be fetched again. */
function emptyCache(prepare: Prepare): Prepare {
  return async (lane) => {
    await prepare(lane);
    rmSync(lane.archives, { recursive: true, force: true });
  };
}
