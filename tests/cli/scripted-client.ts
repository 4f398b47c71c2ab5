// A client whose answers are given by the test: the daemon's part in tests of parsing, following and exit statuses.

import type { EventRow, HistoryRow, PruneResult, PruneWish, VerifyResult } from '../../src/cli/journal-rows.js';
import type {
  Client,
  ClientRequest,
  ConnectOptions,
  Finished,
  Status,
  TransactionHandle,
  TransactionProperties,
  TransactionSignal,
} from '../../src/client/client.js';
import type { AptOstreeError } from '../../src/model/errors.js';
import { transactionId } from '../../src/model/transaction.js';

export const ID = transactionId('01939f2b6c4d70008000000000000001');

export interface Script {
  readonly status?: Partial<Status>;
  readonly signals?: readonly TransactionSignal[];
  readonly properties?: Partial<TransactionProperties>;
  readonly active?: boolean;
  readonly history?: readonly HistoryRow[];
  readonly events?: readonly EventRow[];
  readonly refuse?: AptOstreeError;
  readonly verify?: VerifyResult;
  readonly pruned?: PruneResult;
}

const VERIFIED: VerifyResult = {
  ...{ ok: true, rows: 3, anchor: 0, head: 'ab'.repeat(32), firstBad: null },
  history: null,
};

export interface Asked {
  readonly requests: ClientRequest[];
  readonly options: ConnectOptions[];
  readonly prunes: PruneWish[];
  cancels: number;
  closed: number;
}

export const OK: Finished = { type: 'finished', ok: true, message: '', errorName: '', code: null };

export function failed(code: NonNullable<Finished['code']>, message: string): Finished {
  return { type: 'finished', ok: false, message, errorName: `error.${code}`, code };
}

export function scriptedClient(script: Script) {
  const asked: Asked = { requests: [], options: [], prunes: [], cancels: 0, closed: 0 };
  const handle = scriptedHandle(script, asked);
  const client: Client = {
    status: async () => statusOf(script.status ?? {}),
    begin: async (request) => {
      asked.requests.push(request);
      if (script.refuse !== undefined) throw script.refuse;
      return handle;
    },
    kernelArguments: async ({ deployment }) => `kargs of ${JSON.stringify(deployment)}`,
    active: async () => (script.active === true ? handle : null),
    transaction: async () => handle,
    journal: {
      transactions: async ({ limit }) => (script.history ?? []).slice(0, limit),
      events: async () => script.events ?? [],
      pages: async function* (filter) {
        const from = (script.events ?? []).filter(({ seq }) => seq > (filter.afterSeq ?? 0));
        if (from.length > 0) yield from;
      },
      verify: async () => script.verify ?? VERIFIED,
      prune: async (wish) => {
        asked.prunes.push(wish);
        return script.pruned ?? { rows: 0, transactions: 0, first: 1 };
      },
      follow: () => endlessList(script.events ?? []),
    },
    reload: async () => {},
    close: async () => {
      asked.closed += 1;
    },
  };
  const connect = async (options: ConnectOptions) => {
    asked.options.push(options);
    return client;
  };
  return { asked, connect };
}

export function statusOf(status: Partial<Status>): Status {
  return {
    path: '/',
    deployments: [],
    transaction: null,
    'cached-update': {},
    'automatic-update-policy': 'none',
    ...status,
  };
}

export function propertiesOf(properties: Partial<TransactionProperties>): TransactionProperties {
  return {
    id: ID,
    title: 'install htop',
    initiatingClient: 'client(id:cli dbus:1.5 uid:0)',
    state: 'Committed',
    step: null,
    stepIndex: 0,
    stepCount: 0,
    progressPercent: 0,
    booted: null,
    errorCode: null,
    errorMessage: '',
    unchanged: null,
    report: {},
    ...properties,
  };
}

function scriptedHandle(script: Script, asked: Asked): TransactionHandle {
  return {
    id: ID,
    title: 'install htop',
    start: async () => true,
    cancel: async () => {
      asked.cancels += 1;
    },
    events: () => asyncList(script.signals ?? [OK]),
    properties: async () => propertiesOf(script.properties ?? {}),
  };
}

/** As a journal that nothing more is written to for now. */
async function* endlessList<T>(list: readonly T[]): AsyncIterable<T> {
  yield* list;
  await new Promise<never>(() => {});
}

async function* asyncList<T>(list: readonly T[]): AsyncIterable<T> {
  yield* list;
}
