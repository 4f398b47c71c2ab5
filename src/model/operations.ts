// What can be asked, and how it is done: one row per operation. To add one, add a row here, its request in request.ts,
// a command in src/cli/commands, and a handler for each step that does not exist yet.

import type { OperationKind, Request } from './request.js';
import type { StepKind } from './steps.js';

/** polkit actions, the seed's ten. */
export const ACTIONS = [
  'install-uninstall-packages',
  'install-local-packages',
  'override',
  'deploy',
  'upgrade',
  'rebase',
  'rollback',
  'bootconfig',
  'reload-daemon',
  'cleanup',
] as const;

export type Action = (typeof ACTIONS)[number];

/** Full polkit action id. */
export function actionId(action: Action): string {
  return `org.projectatomic.aptostree.${action}`;
}

type RequestOf<Kind extends OperationKind> = Extract<Request, { readonly kind: Kind }>;

interface Operation<Kind extends OperationKind> {
  /** D-Bus method of the OS interface that begins it. */
  readonly method: string;
  /** polkit actions the caller needs, all of them. */
  readonly actions: (request: RequestOf<Kind>) => readonly Action[];
  /** Shown where the client gave no command line. */
  readonly title: (request: RequestOf<Kind>) => string;
  /** The steps, in order. Pure: the same request gives the same plan. */
  readonly plan: (request: RequestOf<Kind>) => readonly StepKind[];
}

/** From the resolved list of packages to a deployment. */
const LAYER: readonly StepKind[] = [
  'packages.resolve',
  'packages.fetch',
  'tree.assemble',
  'tree.finish',
  'tree.commit',
  'deployment.write',
];

const PACKAGE_CHANGE: Pick<Operation<'install' | 'uninstall'>, 'actions' | 'title' | 'plan'> = {
  actions: (request) => [
    ...(request.add.length + request.remove.length > 0 || request.removeAll
      ? (['install-uninstall-packages'] as const)
      : []),
    ...(request.local.length > 0 ? (['install-local-packages'] as const) : []),
  ],
  title: ({ kind, add, remove, local, removeAll, dryRun }) =>
    [
      kind,
      ...(dryRun ? ['(dry run)'] : []),
      ...add,
      ...local,
      ...remove.map((name) => (kind === 'uninstall' ? name : `-${name}`)),
      ...(removeAll ? ['--all'] : []),
    ].join(' '),
  plan: (request) => {
    const refresh: readonly StepKind[] = request.cacheOnly ? [] : ['metadata.refresh'];
    if (request.dryRun) return [...refresh, 'packages.resolve', 'packages.fetch', 'impact.estimate'];
    if (request.downloadOnly) return [...refresh, 'packages.resolve', 'packages.fetch'];
    return [...refresh, ...LAYER];
  },
};

export const OPERATIONS: { readonly [Kind in OperationKind]: Operation<Kind> } = {
  install: { method: 'PkgChange', ...PACKAGE_CHANGE },
  uninstall: { method: 'PkgChange', ...PACKAGE_CHANGE },
  deploy: {
    method: 'Deploy',
    actions: () => ['deploy'],
    title: ({ revision }) => `deploy ${revision}`,
    plan: ({ cacheOnly }) => ['revision.resolve', ...(cacheOnly ? [] : (['metadata.refresh'] as const)), ...LAYER],
  },
  rollback: {
    method: 'Rollback',
    actions: () => ['rollback'],
    title: () => 'rollback',
    plan: () => ['order.choose', 'deployments.reorder'],
  },
  cleanup: {
    method: 'Cleanup',
    actions: () => ['cleanup'],
    title: () => 'cleanup',
    // the removal comes last: what a prune after it deletes could not be brought back; the tidy-up prunes it
    plan: ({ base, pending, rollback, metadata }) => [
      ...(metadata ? (['metadata.clear'] as const) : []),
      ...(base || metadata ? (['repo.prune'] as const) : []),
      ...(pending || rollback ? (['deployments.choose', 'deployments.remove'] as const) : []),
    ],
  },
  'refresh-md': {
    method: 'RefreshMd',
    actions: () => ['install-uninstall-packages'],
    title: ({ force }) => (force ? 'refresh-md (force)' : 'refresh-md'),
    plan: () => ['metadata.refresh'],
  },
  kargs: {
    method: 'KernelArgs',
    actions: () => ['bootconfig'],
    title: kernelArgumentsTitle,
    plan: () => ['kargs.resolve', 'deployment.write'],
  },
  initramfs: {
    method: 'SetInitramfsState',
    actions: () => ['bootconfig'],
    title: ({ regenerate, args }) =>
      ['initramfs', regenerate ? '--enable' : '--disable', ...args.map((each) => `--arg=${each}`)].join(' '),
    plan: () => LAYER,
  },
  upgrade: {
    method: 'Upgrade',
    actions: () => ['upgrade'],
    title: ({ check }) => (check ? 'upgrade --check' : 'upgrade'),
    plan: planOfUpgrade,
  },
  rebase: {
    method: 'Rebase',
    actions: () => ['rebase'],
    title: ({ refspec }) => `rebase ${refspec}`,
    plan: planOfUpdate,
  },
  finalize: {
    method: 'FinalizeDeployment',
    actions: () => ['deploy'],
    title: ({ checksum }) => ['finalize-deployment', ...(checksum === null ? [] : [checksum])].join(' '),
    plan: () => ['finalization.choose', 'finalization.unlock'],
  },
  pin: {
    method: 'SetPinned',
    // it decides what a clean-up may remove
    actions: () => ['cleanup'],
    title: ({ deployment, pinned }) => `${pinned ? 'pin' : 'unpin'} ${deployment}`,
    plan: () => ['pin.choose', 'pin.write'],
  },
};

/** What an update is made of. */
type UpdateRequest = RequestOf<'upgrade' | 'rebase'>;

function findUpdate({ cacheOnly }: UpdateRequest): readonly StepKind[] {
  return ['update.pull', ...(cacheOnly ? [] : (['metadata.refresh'] as const))];
}

/** A base that no remote renews is upgraded by apt, before anything is layered on it; with a remote those steps do nothing. */
function planOfUpgrade(request: RequestOf<'upgrade'>): readonly StepKind[] {
  const found = [...findUpdate(request), 'base.resolve'] as const;
  if (request.check) return [...found, 'packages.resolve'];
  if (request.downloadOnly) return [...found, 'base.fetch', 'packages.resolve', 'packages.fetch'];
  return [...found, 'base.fetch', 'base.assemble', 'base.commit', ...LAYER];
}

function planOfUpdate(request: UpdateRequest): readonly StepKind[] {
  if (request.downloadOnly) return [...findUpdate(request), 'packages.resolve', 'packages.fetch'];
  return [...findUpdate(request), ...LAYER];
}

function kernelArgumentsTitle(request: RequestOf<'kargs'>): string {
  const options = {
    append: request.append,
    replace: request.replace,
    delete: request.delete,
    'append-if-missing': request.appendIfMissing,
    'delete-if-present': request.deleteIfPresent,
  };
  return ['kargs', ...Object.entries(options).flatMap(([name, list]) => list.map((each) => `--${name}=${each}`))].join(
    ' ',
  );
}

/** The row of a request, with the request's own type forgotten: for code that treats all operations alike. */
export function operationOf(request: Request): {
  readonly method: string;
  readonly actions: readonly Action[];
  readonly title: string;
  readonly plan: readonly StepKind[];
} {
  // the row's functions take exactly this request's type: kind and row come from the same key
  const row = OPERATIONS[request.kind] as Operation<OperationKind>;
  return { method: row.method, actions: row.actions(request), title: row.title(request), plan: row.plan(request) };
}
