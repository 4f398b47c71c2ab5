// The journal through the daemon, which gives at most a thousand rows at a time.

import { JOURNAL, JOURNAL_PATH } from '../dbus/names.js';
import { type VarDict, varDict, type WireValue } from '../dbus/wire/value.js';
import type { EventFilter, EventRow, HistoryFilter, HistoryRow, PruneResult, VerifyResult } from '../journal/rows.js';
import { AptOstreeError } from '../model/errors.js';
import type { Daemon } from './daemon.js';
import type { JournalClient, PruneWish } from './journal.js';
import { SignalQueue } from './signal-queue.js';
import { textsResult } from './values.js';

const PAGE_ROWS = 1000;
const DEFAULT_ROWS = 100;

export class RemoteJournal implements JournalClient {
  private readonly daemon: Daemon;
  private readonly register: () => Promise<void>;

  /** REGISTER tells the daemon who is there: it keeps the name of who prunes, and does not end under whoever follows. */
  constructor(daemon: Daemon, register: () => Promise<void>) {
    this.daemon = daemon;
    this.register = register;
  }

  async transactions(filter: HistoryFilter): Promise<readonly HistoryRow[]> {
    return collect<HistoryRow>({
      limit: filter.limit ?? DEFAULT_ROWS,
      keyOf: (row) => row.id,
      fetch: (last, limit) =>
        this.list('ListTransactions', filterDict({ ...filter, ...olderThan(last?.openedAtMs), limit })),
    });
  }

  async events(filter: EventFilter): Promise<readonly EventRow[]> {
    const next = (last: EventRow | null): EventFilter => {
      if (last === null) return {};
      return filter.newestFirst === true ? olderThan(last.wallTimeMs) : { afterSeq: last.seq };
    };
    return collect<EventRow>({
      limit: filter.limit ?? DEFAULT_ROWS,
      keyOf: (row) => String(row.seq),
      fetch: (last, limit) => this.list('ListEvents', filterDict({ ...filter, ...next(last), limit })),
    });
  }

  async *pages(filter: EventFilter): AsyncGenerator<readonly EventRow[], void, undefined> {
    let afterSeq = filter.afterSeq ?? 0;
    for (;;) {
      const page = await this.list<EventRow>('ListEvents', filterDict({ ...filter, afterSeq, limit: PAGE_ROWS }));
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      afterSeq = last.seq;
    }
  }

  async prune({ keep, keepDays }: PruneWish): Promise<PruneResult> {
    await this.register();
    const options = varDict({
      ...(keep === null ? {} : { keep: ['u', keep] }),
      ...(keepDays === null ? {} : { 'keep-days': ['u', keepDays] }),
    });
    const [result] = await this.call('Prune', 'a{sv}', [options]);
    return JSON.parse(typeof result === 'string' ? result : '') as PruneResult;
  }

  async verify(): Promise<VerifyResult> {
    const [, result] = await this.call('Verify', '', []);
    return JSON.parse(typeof result === 'string' ? result : '') as VerifyResult;
  }

  async *follow(): AsyncGenerator<EventRow, void, undefined> {
    const queue = new SignalQueue<EventRow>(() => false);
    const stop = this.daemon.subscribe(JOURNAL_PATH, ({ member, body }) => {
      const [, , , row] = body;
      if (member === 'Appended' && typeof row === 'string') queue.push(JSON.parse(row) as EventRow);
    });
    const gone = () =>
      queue.fail(new AptOstreeError('daemon-unreachable', 'cannot follow the journal: apt-ostreed has gone'));
    const stopGone = this.daemon.onGone(gone);
    try {
      // also tells whose signals these are
      await this.register();
      for (;;) yield await queue.next();
    } finally {
      stop();
      stopGone();
    }
  }

  /** Rows that the daemon made from its own. */
  private async list<Row>(member: string, filter: VarDict): Promise<readonly Row[]> {
    return textsResult(await this.call(member, 'a{sv}', [filter])).map((text) => JSON.parse(text) as Row);
  }

  private async call(member: string, signature: string, body: readonly WireValue[]) {
    return this.daemon.call({ path: JOURNAL_PATH, interface: JOURNAL, member, signature, body });
  }
}

/** Page after page; a page may repeat rows of the one before where times are equal. */
async function collect<Row>(of: {
  readonly limit: number;
  readonly keyOf: (row: Row) => string;
  readonly fetch: (last: Row | null, limit: number) => Promise<readonly Row[]>;
}): Promise<readonly Row[]> {
  const rows = new Map<string, Row>();
  let last: Row | null = null;
  while (rows.size < of.limit) {
    const limit = last === null ? Math.min(PAGE_ROWS, of.limit) : PAGE_ROWS;
    const page: readonly Row[] = await of.fetch(last, limit);
    const fresh = page.filter((row) => !rows.has(of.keyOf(row)));
    if (fresh.length === 0) break;
    for (const row of fresh) rows.set(of.keyOf(row), row);
    last = fresh.at(-1) ?? null;
  }
  return [...rows.values()].slice(0, of.limit);
}

function olderThan(ms: number | undefined): { readonly untilMs?: number } {
  return ms === undefined ? {} : { untilMs: ms };
}

function filterDict(filter: EventFilter): VarDict {
  return varDict({
    ...(filter.sinceMs === undefined ? {} : { since: ['t', BigInt(filter.sinceMs)] }),
    ...(filter.untilMs === undefined ? {} : { until: ['t', BigInt(filter.untilMs)] }),
    ...(filter.uid === undefined ? {} : { uid: ['u', filter.uid] }),
    ...(filter.package === undefined ? {} : { package: ['s', filter.package] }),
    ...(filter.kind === undefined ? {} : { kind: ['s', filter.kind] }),
    ...(filter.outcome === undefined ? {} : { outcome: ['s', filter.outcome] }),
    ...(filter.limit === undefined ? {} : { limit: ['u', filter.limit] }),
    ...(filter.transaction === undefined ? {} : { transaction: ['s', filter.transaction] }),
    ...(filter.afterSeq === undefined ? {} : { after: ['t', BigInt(filter.afterSeq)] }),
    ...(filter.newestFirst === undefined ? {} : { 'newest-first': ['b', filter.newestFirst] }),
  });
}
